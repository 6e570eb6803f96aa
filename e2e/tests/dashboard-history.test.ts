import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits, openPage } from '../src/browser.ts';
import { makePast } from '../src/past.ts';
import { Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('the past, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'viewer' });
    page = viewer.page;
    report = viewer.report;
  });
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => {
    await openPage(page, `${viewer.origin}/#/${path}`);
  };
  const legend = (name: string): Promise<string> =>
    page.locator('figure', { hasText: name }).locator('.legend').innerText();

  test('that is empty says what to do', async () => {
    await show('');
    await page.getByText('Nothing happened in this time.').waitFor();
    expect(await page.locator('figure').count()).toBe(0);
    expect(report.problems).toEqual([]);
  });

  test('has what workers did, when they have told it', async () => {
    const worker = await stage.worker({ concurrency: 5 });
    await stage.enqueueMany(Array.from({ length: 30 }, () => ({ ms: 200 })));
    await stage.enqueue({ failures: 1 }, { maxAttempts: 1 });
    await stage.drained();
    // When it ends it tells what it has not told yet.
    worker.signal('SIGTERM');
    await worker.exited;
    await eventually(async () => expect(await legend('Jobs per minute')).toContain('finished 30'));
    expect(await legend('Failures per minute')).toMatch(/failed attempts 1\s+failed for good 1/);
    expect(await legend('Time to run')).toMatch(/p50 (19\d|2\d\d) ms/);
    expect(report.problems).toEqual([]);
  });

  test('is chosen by the address, over hours and days, and stands there as numbers too', async () => {
    await makePast(redis, stage.namespace, Date.now());
    for (const [last, name] of [
      ['6h', '6 hours'],
      ['24h', '24 hours'],
      ['7d', '7 days'],
      ['30d', '30 days'],
    ] as const) {
      await page.getByRole('link', { name, exact: true }).click();
      await eventually(() => expect(page.url()).toContain(`last=${last}`));
      await page.locator('figure canvas').nth(3).waitFor();
    }
    await page.reload();
    await page.locator('.choices [aria-current]', { hasText: '30 days' }).waitFor();
    await page.getByText('As numbers').click();
    await eventually(async () => expect(await page.locator('details tbody tr').count()).toBeGreaterThan(170));
    await show('?last=nonsense');
    await page.locator('.choices [aria-current]', { hasText: '1 hour' }).waitFor();
    expect(report.problems).toEqual([]);
  });

  test('fits a phone, and axe finds nothing in it, light and dark', async () => {
    for (const theme of ['light', 'dark']) {
      await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
      await show('?last=30d');
      await page.reload();
      await page.locator('figure canvas').nth(3).waitFor();
      await page.getByText('As numbers').click();
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    expect(report.problems).toEqual([]);
  });
});
