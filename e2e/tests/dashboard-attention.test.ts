import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser } from '../src/browser.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const TICKS = '{e2e:0}:ticks';
const RECURRING = '{e2e:0}:recurring:';
const TIMERS = '{e2e:0}:timers';
const HOUR_MS = 3_600_000;

describe.skipIf(executable === undefined)('what needs attention, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    const connection = redis.connect();
    const { client } = stage;
    // A tick of an hour ago is passed over by whoever comes first.
    await client.recurring.upsert('nightly', act, {}, { cron: '@daily', misfire: 'skip' });
    await connection.zadd(TICKS, Date.now() - HOUR_MS, 'nightly');
    await connection.zadd(TIMERS, Date.now() - HOUR_MS, 'ticks');
    const worker = await stage.worker({ queues: ['default'] });
    await client.enqueue(act, { failures: 1 }, { maxAttempts: 1 });
    await eventually(async () => (await stage.monitor.counts()).failed === 1);
    await eventually(async () => (await client.recurring.history('nightly')).length === 1);
    await worker.kill();
    await client.recurring.upsert('hourly', act, {}, { cron: '@hourly' });
    await connection.zadd(TICKS, Date.now() - HOUR_MS, 'hourly');
    await client.recurring.upsert('broken', act, {}, { cron: '@yearly' });
    await connection.hset(`${RECURRING}broken`, 'error', '{"message":"no such zone"}');
    await connection.zadd(TICKS, '+inf', 'broken');
    for (let n = 0; n < 20; n++) {
      await client.enqueue(act, {}, { queue: `paused-${n}` });
      await client.queue(`paused-${n}`).pause();
    }
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'viewer' });
    page = viewer.page;
    report = viewer.report;
  }, 60_000);
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => {
    await page.goto(`${viewer.origin}/#/${path}`);
    await page.locator('h1').first().waitFor();
  };
  const showAll = async (): Promise<void> => {
    await show('');
    await page.reload();
    await page.getByRole('button', { name: 'and 1 more' }).click();
  };
  const entry = (text: string) => page.locator('.attention li', { hasText: text });

  test('the worst comes first, and all that there is when it is asked for', async () => {
    await show('');
    await entry('hourly').waitFor();
    await entry('has died').waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'and 1 more' }).waitFor();
    expect(await page.locator('.attention li').count()).toBe(8);
    await page.getByRole('button', { name: 'and 1 more' }).click();
    await entry('append-only').waitFor();
    expect(await page.locator('.attention li.bad').first().innerText()).toBe(
      await page.locator('.attention li').first().innerText(),
    );
    expect(report.problems).toEqual([]);
  });

  test('many queues with the same fault are one entry, which leads to all of them', async () => {
    await showAll();
    expect(await entry('queues are paused').innerText()).toMatch(
      /^20 queues are paused: (.paused-\d+., ){2}.paused-\d+. and 17 more$/,
    );
    await entry('queues are paused').locator('a').click();
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(20));
    expect(page.url()).toMatch(/#\/queues\?only=paused$/);
    await page.getByRole('combobox', { name: 'State' }).selectOption('suspects');
    await page.getByText('There is nothing here.').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('');
    await page.getByRole('row', { name: /default/ }).waitFor();
    expect(report.problems).toEqual([]);
  });

  test.each([
    ['hourly', /#\/recurring\?state=late$/],
    ['broken', /#\/recurring\?state=error$/],
    ['nightly', /#\/recurring\?state=missed$/],
    ['asked to fail', /#\/search\?q=state%3Afailed\+name%3Aact$/],
    ['has died', /#\/workers$/],
    ['append-only', /#\/redis$/],
  ])('%s leads to where one sees more', async (text, address) => {
    await showAll();
    await entry(text).locator('a').click();
    await page.locator('h1').first().waitFor();
    expect(page.url()).toMatch(address);
    expect(report.problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('is fit for everybody, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await showAll();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    // A chart takes its new width a moment later.
    await eventually(
      async () => (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) === 0,
    );
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(report.problems).toEqual([]);
  });
});
