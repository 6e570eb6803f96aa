import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits, openPage } from '../src/browser.ts';
import { Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const MINUTE = 60_000;
/** How many columns of the left half of the chart have something of its green line. */
const DRAWN = `(() => {
  const canvas = document.querySelector('.chart canvas');
  const width = Math.floor(canvas.width / 2);
  const { data } = canvas.getContext('2d').getImageData(0, 0, width, canvas.height);
  const columns = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (data[i + 3] > 200 && data[i + 1] > data[i] + 40) columns.add((i / 4) % width);
  return columns.size / width;
})()`;

describe.skipIf(executable === undefined)('the chart of the last minutes, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.worker();
    const connection = redis.connect();
    for (let back = -10; back < 6; back++)
      await connection.hset(
        `{e2e:0}:tally:60:${Math.floor(Date.now() / MINUTE) - back}`,
        'succeeded',
        String(600 + 300 * (back % 2)),
      );
    connection.disconnect();
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'viewer' });
    page = viewer.page;
    report = viewer.report;
  }, 60_000);
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const isFull = async (): Promise<void> => {
    await page.locator('.chart canvas').waitFor();
    await eventually(async () => expect(await page.evaluate(DRAWN)).toBeGreaterThan(0.5));
  };

  test('is full for whoever comes first, and for whoever loads the page anew', async () => {
    await openPage(page, `${viewer.origin}/#/`);
    await isFull();
    await page.reload();
    await isFull();
    expect(report.problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('is fit for everybody, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const language of ['en', 'fa']) {
      await page.locator('.settings select').selectOption(language);
      await page.locator(`html[lang=${language}]`).waitFor();
      await isFull();
      expect(await violations(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      await fits(page);
      await page.setViewportSize({ width: 1280, height: 800 });
    }
    await page.locator('.settings select').selectOption('en');
    expect(report.problems).toEqual([]);
  });

  test('is not there for whoever may see some queues', async () => {
    const narrow = await Viewer.open({
      redis: redis.url,
      namespace: stage.namespace,
      role: 'viewer',
      can: (_, __, { queue }) => queue === 'default',
    });
    const told: string[] = [];
    narrow.page.on('response', async (answer) => {
      if (answer.url().endsWith('/api/overview')) told.push(await answer.text());
    });
    await openPage(narrow.page, `${narrow.origin}/#/`);
    await eventually(() => told.length > 0);
    expect(told[0]).toContain('"rates":[]');
    await narrow.page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await narrow.page.locator('.chart').count()).toBe(0);
    await narrow.close();
  });
});
