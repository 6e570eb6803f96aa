import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits } from '../src/browser.ts';
import { Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();

const PREFIX = '{e2e:0}:';

describe.skipIf(executable === undefined)('workers, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.worker({ concurrency: 5 });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'operator' });
    page = viewer.page;
    report = viewer.report;
    await page.goto(`${viewer.origin}/#/workers`);
  });
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });

  const row = (text: string) => page.locator('tbody tr', { hasText: text });

  test('tell when they were heard of, and warn when that is long ago', async () => {
    const connection = redis.connect();
    const longAgo = { host: 'a-host-that-hangs', pid: 7, queues: ['mail'], leaseMs: 600_000 };
    const plant = async (id: string, info: object): Promise<void> => {
      await connection.hset(`${PREFIX}workers`, id, JSON.stringify({ ...info, version: '1', node: 'v20' }));
      await connection.zadd(`${PREFIX}leases`, Date.now() + 195_000, id);
    };
    // Else the beats of the worker shorten a lease that is so much longer than any that was registered.
    await connection.hset(`${PREFIX}sweep`, 'leaseMs', longAgo.leaseMs);
    await plant('late', longAgo);
    await plant('older', { ...longAgo, host: 'an-older-host', leaseMs: undefined });
    await row('a-host-that-hangs').getByText('beat is late').waitFor();
    await row('a-host-that-hangs').getByText('7 min').waitFor();
    await row('an-older-host').waitFor();
    expect(await row('an-older-host').getByText('beat is late').count()).toBe(0);
    expect(await page.getByRole('columnheader', { name: 'Last beat' }).count()).toBe(1);
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    await connection.zrem(`${PREFIX}leases`, 'late', 'older');
    await row('a-host-that-hangs').waitFor({ state: 'detached' });
    expect(report.problems).toEqual([]);
  });

  test('are quieted, and resumed', async () => {
    await button('Quiet').click();
    await page.locator('.badge', { hasText: 'quiet' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await button('Resume').click();
    await page.locator('.badge', { hasText: 'quiet' }).waitFor({ state: 'detached' });
    expect(report.problems).toEqual([]);
  });

  test('get other numbers of slots', async () => {
    await page.getByRole('spinbutton', { name: 'Slots' }).fill('12');
    await button('Slots').click();
    await page.getByText('0 of 12 busy').waitFor();
    expect((await stage.monitor.audit({ action: 'concurrency' }))[0]).toMatchObject({
      actor: 'ada (dashboard, 127.0.0.1)',
      details: { slots: 12 },
    });
    expect(report.problems).toEqual([]);
  });

  test('name the job that each has run for longest, which tells since when and where', async () => {
    const id = await stage.enqueue({ ms: 600_000 });
    const phone = async (): Promise<void> => {
      await page.setViewportSize({ width: 360, height: 740 });
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 800 });
    };
    const oldest = page.getByRole('link', { name: /^Oldest: \d/ });
    await oldest.waitFor();
    expect(await violations(page)).toEqual([]);
    await phone();
    await oldest.click();
    const host = (await stage.monitor.workers())[0]?.info?.host ?? '';
    const running = page.getByRole('link', { name: /^Running for \d/ });
    await running.waitFor();
    expect(await running.innerText()).toMatch(new RegExp(`for \\S+ (ms|s|min) on ${host}$`));
    expect(await violations(page)).toEqual([]);
    await phone();
    await page.goto(`${viewer.origin}/#/search?q=${encodeURIComponent('running:>1s running:<1h')}`);
    await row(id).waitFor();
    await page.goto(`${viewer.origin}/#/jobs?state=processing`);
    await row(id).getByText('ago').waitFor();
    await stage.client.cancel(id);
    await page.goto(`${viewer.origin}/#/workers`);
    await oldest.waitFor({ state: 'detached' });
    expect(report.problems).toEqual([]);
  });

  test('lose a job that is cancelled, on its page or in a list, only to who is sure', async () => {
    const [one, another] = await stage.enqueueMany([{ ms: 600_000 }, { ms: 600_000 }]);
    const jobOf = (id = '') => stage.monitor.job(id);
    await eventually(async () => expect((await stage.monitor.overview()).counts.processing).toBe(2));
    await page.goto(`${viewer.origin}/#/jobs/${one}`);
    await button('Cancel').click();
    await button('Yes, do it').waitFor();
    expect(await jobOf(one)).toMatchObject({ state: 'processing' });
    expect(await violations(page)).toEqual([]);
    await button('Yes, do it').click();
    await button('Requeue').waitFor();
    await page.goto(`${viewer.origin}/#/jobs?state=processing`);
    await row(another ?? '')
      .getByRole('checkbox')
      .check();
    await button('Cancel').click();
    await button('Yes, do it').waitFor();
    expect(await jobOf(another)).toMatchObject({ state: 'processing' });
    await button('Yes, do it').click();
    await eventually(async () => expect(await jobOf(another)).toMatchObject({ state: 'cancelled' }));
    await page.goto(`${viewer.origin}/#/workers`);
    expect(report.problems).toEqual([]);
  });

  test('fit a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('are stopped, when somebody is sure', async () => {
    const id = await stage.enqueue({ ms: 600_000 });
    await eventually(async () => expect(await stage.monitor.job(id)).toMatchObject({ state: 'processing' }));
    await button('Stop').click();
    await button('Yes, do it').click();
    await page.locator('.badge', { hasText: 'stopping' }).waitFor();
    expect(await button('Resume').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    await stage.client.cancel(id);
    await page.getByText('No worker is alive.').waitFor();
    await eventually(async () => expect(await stage.monitor.workers()).toEqual([]));
    expect(report.problems).toEqual([]);
  });

  test('tell of a handler that goes on after its job was cancelled, and so does the job', async () => {
    const worker = await stage.worker();
    const id = await stage.enqueue({ ms: 600_000, deaf: true });
    await eventually(async () =>
      expect(await stage.monitor.job(id)).toMatchObject({ startedAt: expect.any(Number) as number }),
    );
    await stage.client.cancel(id);
    await eventually(async () => expect(await stage.monitor.leftovers()).toMatchObject([{ job: id }]));
    // A dashboard that has not looked before.
    const late = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'operator' });
    const told = late.page.getByText(/A handler still runs on .+, though its attempt ended .+ago/);
    await late.page.goto(`${late.origin}/#/workers`);
    await told.waitFor();
    await late.page.setViewportSize({ width: 360, height: 740 });
    await fits(late.page);
    expect(await violations(late.page)).toEqual([]);
    await told.click();
    await late.page.getByRole('heading', { name: 'Cancelled' }).waitFor();
    await told.waitFor();
    await fits(late.page);
    expect(await violations(late.page)).toEqual([]);
    expect(late.report.problems).toEqual([]);
    await late.close();
    await worker.kill();
  });

  test('that have died are named by their jobs, with when they were given up', async () => {
    const worker = await stage.worker();
    const id = await stage.enqueue({ ms: 600_000 });
    await page.goto(`${viewer.origin}/#/jobs/${id}`);
    await page.getByRole('link', { name: /^Running for/ }).waitFor();
    await worker.kill();
    await page.getByText(/has stopped answering \(its lease ended: .+ago\)/).waitFor();
    expect(await page.getByText('Running for').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(report.problems).toEqual([]);
  });
});
