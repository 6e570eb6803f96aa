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

  test('fit a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('are stopped, when somebody is sure', async () => {
    await button('Stop').click();
    await button('Yes, do it').click();
    await page.getByText('No worker is alive.').waitFor();
    await eventually(async () => expect(await stage.monitor.workers()).toEqual([]));
    expect(report.problems).toEqual([]);
  });
});
