import { setTimeout as delay } from 'node:timers/promises';
import { createDashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, launch, openPage, Site, watchPage } from '../src/browser.ts';
import { print } from '../src/campaign.ts';
import type { RedisWork } from '../src/redis-time.ts';
import { workDuring } from '../src/redis-time.ts';
import { act, Stage } from '../src/stage.ts';

const executable = findBrowser();
const LOOK_MS = 3000;
/** A pulse comes each second, or later on a busy machine: who looks for so many, asks Redis as often. */
const PULSES = 3;
const VIEWERS = 50;
const QUEUES = 100;

/** Somebody who looks: a page of its own, marked so that a reload would show. */
interface Viewer {
  readonly page: Page;
  readonly report: PageReport;
}

let redis: Awaited<ReturnType<typeof startRedis>>;
let stage: Stage;
let site: Site;
beforeAll(async () => {
  redis = await startRedis({ appendonly: 'always' });
  stage = new Stage(redis.url);
  await stage.worker({ concurrency: 5, queues: ['default'] });
  const dashboard = createDashboard({
    redis: redis.url,
    namespace: stage.namespace,
    authorize: () => ({ name: 'ada', role: 'admin' }),
  });
  site = await Site.serve(dashboard);
});
afterAll(async () => {
  await site?.close();
  await stage?.close();
  await redis?.stop();
});

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('two who look at the same time', () => {
  let browser: Browser;
  let ada: Viewer;
  let grace: Viewer;

  beforeAll(async () => {
    browser = await launch(executable ?? '');
    [ada, grace] = await Promise.all([open(), open()]);
  });
  afterAll(async () => browser?.close());

  async function open(): Promise<Viewer> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return { page, report: await watchPage(page, site.origin) };
  }

  async function show({ page }: Viewer, path: string): Promise<void> {
    await openPage(page, `${site.origin}/#/${path}`);
    await page.evaluate('window.sameOne = true');
  }

  async function expectUnbroken(): Promise<void> {
    for (const { page, report } of [ada, grace]) {
      expect(await page.evaluate('window.sameOne')).toBe(true);
      expect(report.problems).toEqual([]);
    }
  }

  test('one pauses a queue, and the other sees who did it', async () => {
    await stage.client.enqueue(act, {}, { queue: 'post' });
    await Promise.all([show(ada, 'queues'), show(grace, '')]);
    await ada.page.getByRole('row', { name: /post/ }).getByRole('button', { name: 'Pause' }).click();
    await ada.page.getByRole('dialog').getByLabel('Why').fill('no stamps');
    await ada.page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await grace.page.locator('.attention', { hasText: 'Queue post is paused; 1 job waits' }).waitFor();
    await show(grace, 'queues');
    await grace.page.getByRole('row', { name: /post.*ada.*no stamps/ }).waitFor();
    await ada.page.getByRole('row', { name: /post/ }).getByRole('button', { name: 'Resume' }).click();
    await grace.page.getByRole('row', { name: /post.*ada/ }).waitFor({ state: 'detached' });
    await expectUnbroken();
  });

  test('one cancels a job, and the other sees the list and the job change', async () => {
    const { id } = await stage.client.enqueue(act, {}, { queue: 'post' });
    await Promise.all([show(ada, `jobs/${id}`), show(grace, 'jobs?state=enqueued&queue=post')]);
    await grace.page.getByText(id).waitFor();
    await ada.page.getByRole('button', { name: 'Cancel' }).click();
    await grace.page.getByText(id).waitFor({ state: 'detached' });
    await show(grace, `jobs/${id}`);
    await ada.page.getByRole('button', { name: 'Requeue' }).click();
    await grace.page.locator('.timeline .requeued', { hasText: 'ada' }).waitFor();
    await expectUnbroken();
  });

  test('while Redis is gone both are told where and why, and what they do says so; then both go on', async () => {
    const { id } = await stage.client.enqueue(act, {}, { queue: 'post' });
    await Promise.all([show(ada, `jobs/${id}`), show(grace, '')]);
    await ada.page.getByRole('button', { name: 'Cancel' }).waitFor();
    await redis.kill();
    for (const { page } of [ada, grace]) {
      const trouble = page.locator('.trouble');
      await trouble.waitFor();
      // Which address, and what keeps it from being reached.
      await eventually(async () => expect(await trouble.innerText()).toContain(`127.0.0.1:${redis.port}`));
      expect(await trouble.innerText()).toMatch(/REDIS_\w+/);
      // What was known stays.
      expect((await page.locator('main').innerText()).length).toBeGreaterThan(20);
    }
    await ada.page.getByRole('button', { name: 'Cancel' }).click();
    await ada.page.locator('.toasts .bad').waitFor();
    await redis.restart();
    for (const { page } of [ada, grace]) await page.locator('.trouble').waitFor({ state: 'detached' });
    await stage.enqueueMany([{}, {}, {}]);
    await eventually(async () =>
      expect(await grace.page.locator('.tile.succeeded strong').innerText()).toBe('3'),
    );
    await ada.page.getByRole('button', { name: 'Cancel' }).click();
    await ada.page.getByRole('button', { name: 'Requeue' }).waitFor();
    await expectUnbroken();
  });
});

describe('those who look share one reader', () => {
  beforeAll(async () => {
    for (let n = 0; n < QUEUES; n++) await stage.client.enqueue(act, {}, { queue: `many-${n}` });
  });

  /** What Redis does while so many listen to the stream and hear some pulses, beside what it does anyway. */
  async function workFor(viewers: number): Promise<RedisWork> {
    const end = new AbortController();
    const heard = Array.from({ length: viewers }, () => 0);
    const listening = heard.map(async (_, i) => {
      const response = await fetch(`${site.origin}/api/live`, { signal: end.signal });
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
        heard[i] = (heard[i] ?? 0) + chunk.split('event: pulse').length - 1;
    });
    const allHear = (pulses: number): Promise<unknown> => {
      const before = [...heard];
      return eventually(() => heard.every((n, i) => n >= (before[i] ?? 0) + pulses));
    };
    await allHear(1);
    const work = await workDuring(redis, () => allHear(PULSES));
    end.abort();
    await Promise.allSettled(listening);
    return work;
  }

  test(`${VIEWERS} cost Redis what one costs, and nobody costs nothing`, async () => {
    const nobody = await workDuring(redis, () => delay(LOOK_MS));
    const one = await workFor(1);
    const all = await workFor(VIEWERS);
    const seconds = LOOK_MS / 1000;
    print(`one viewer of ${QUEUES} queues, a second`, {
      calls: (one.calls - nobody.calls) / seconds,
      commandMs: (one.commandMs - nobody.commandMs) / seconds,
      cpuMs: (one.cpuMs - nobody.cpuMs) / seconds,
    });
    print(`${VIEWERS} viewers, a second`, {
      calls: (all.calls - nobody.calls) / seconds,
      commandMs: (all.commandMs - nobody.commandMs) / seconds,
      cpuMs: (all.cpuMs - nobody.cpuMs) / seconds,
    });
    // A beat more or less fits into the time.
    expect(all.calls).toBeLessThan(one.calls * 2);
    expect(nobody.calls).toBeLessThan(one.calls / 2);
  });
});
