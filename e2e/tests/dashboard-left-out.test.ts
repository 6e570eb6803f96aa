import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits, openPage } from '../src/browser.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const LONG_MS = 600_000;
const ID = 'mirror-of-everything-that-the-warehouse-in-reykjavik-has-told-us:2026/quarterly';

describe.skipIf(executable === undefined)('runs that are left out, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;
  let job: string;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    const { recurring } = stage.client;
    await stage.worker({ queues: ['default'] });
    await recurring.upsert(ID, act, { ms: LONG_MS }, { every: '1s', overlap: 'skip' });
    await eventually(async () => (await recurring.leftOut(ID)) !== undefined);
    job = (await recurring.leftOut(ID))?.job ?? '';
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'operator' });
    page = viewer.page;
    report = viewer.report;
  }, 60_000);
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => openPage(page, `${viewer.origin}/#/${path}`);
  const entry = () => page.locator('.attention li', { hasText: /left out \d+ runs?: the one of .+ ago/ });

  test('need attention: one link leads to the recurring job, the other to the job that goes on', async () => {
    await show('');
    await entry().getByRole('link', { name: ID }).click();
    await page.getByRole('heading', { name: 'Last runs' }).waitFor();
    expect(decodeURIComponent(page.url())).toContain(`#/recurring/${ID}`);
    await show('');
    await entry().getByRole('link', { name: job, exact: true }).click();
    await page.getByRole('heading', { name: 'act' }).waitFor();
    expect(page.url()).toMatch(new RegExp(`#/jobs/${job}$`));
    expect(report.problems).toEqual([]);
  });

  test('stand on the page of the recurring job, and in the list of those that leave out runs', async () => {
    await show(`recurring/${encodeURIComponent(ID)}`);
    await entry().getByRole('link').click();
    await page.waitForURL(new RegExp(`#/jobs/${job}$`));
    await show('recurring');
    await page.getByLabel('State').selectOption({ label: 'the last run was unfinished' });
    await page.waitForURL(/state=overlap/);
    const row = page.getByRole('row', { name: ID });
    await row.getByRole('link', { name: 'processing' }).click();
    await page.waitForURL(new RegExp(`#/jobs/${job}$`));
    expect(report.problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('are fit for everybody, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    for (const language of ['en', 'fa']) {
      for (const path of ['', 'recurring?state=overlap', `recurring/${encodeURIComponent(ID)}`]) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await show(path);
        await page.locator('.settings select').selectOption(language);
        await page.locator(`html[lang=${language}]`).waitFor();
        await page.getByText(ID).first().waitFor();
        expect(await violations(page)).toEqual([]);
        await page.setViewportSize({ width: 360, height: 740 });
        await fits(page);
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.locator('.settings select').selectOption('en');
    expect(report.problems).toEqual([]);
  });

  test('need none any more when a run has begun', async () => {
    await show('');
    await entry().waitFor();
    await stage.client.recurring.change(ID, { overlap: 'allow', input: {} });
    await entry().waitFor({ state: 'detached', timeout: 60_000 });
    expect(report.problems).toEqual([]);
  });
});
