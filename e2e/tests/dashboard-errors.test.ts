import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineJob } from '@linstock/core';
import { findBrowser } from '../src/browser.ts';
import type { Act } from '../src/stage.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const FLOOD = 700;
const rare = defineJob<Act>({ name: 'rare' });

// Without a browser `npm test` says how to get one.
describe.skipIf(findBrowser() === undefined)('errors in groups, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;

  const failed = (n: number): Promise<void> =>
    eventually(async () => expect((await stage.monitor.counts()).failed).toBe(n));

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.worker({ jobs: ['act', 'rare'], concurrency: 50 });
    await stage.client.enqueue(rare, { failures: 1 }, { maxAttempts: 1 });
    await failed(1);
    await stage.client.enqueueMany(
      act,
      Array.from({ length: FLOOD }, () => ({ failures: 1 })),
      { maxAttempts: 1 },
    );
    await failed(FLOOD + 1);
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'operator' });
    page = viewer.page;
  }, 60_000);
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const row = (name: string) => page.locator('tbody tr', { has: page.locator('td.name', { hasText: name }) });

  test('a flood of one error hides no other: more of the newest failures are looked at when one asks', async () => {
    await page.goto(`${viewer.origin}/#/errors`);
    // There are more of them behind those that were looked at.
    await row('act').locator('td.n strong', { hasText: '500+' }).waitFor();
    expect(await row('rare').count()).toBe(0);
    await page.getByRole('navigation', { name: 'Newest' }).getByRole('link', { name: '5,000' }).click();
    await row('rare').waitFor();
    expect(await row('act').locator('td.n strong').innerText()).toBe(String(FLOOD));
    expect(page.url()).toContain('#/errors?last=5000');
    await page.getByText(`The newest ${FLOOD + 1} of ${FLOOD + 1} failures`).waitFor();
    expect(viewer.report.problems).toEqual([]);
  });

  test('an address with another number says what is allowed', async () => {
    await page.goto(`${viewer.origin}/#/errors?last=50001`);
    await page.getByText('must be a whole number from 1 to 50000').waitFor();
  });

  test('all failures of a group run again', async () => {
    await page.goto(`${viewer.origin}/#/errors?last=5000`);
    await row('rare').getByRole('button', { name: 'For all of them' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Why').fill('the printer has paper again');
    // Nothing is chosen until somebody chooses, and it says which jobs are meant.
    expect(await dialog.locator('input:checked').count()).toBe(0);
    expect(await dialog.locator('footer button').allInnerTexts()).toEqual(['Back']);
    expect(await dialog.locator('code').innerText()).toContain('name:rare error:');
    await dialog.getByLabel('Requeue').check();
    await dialog.getByRole('button', { name: 'Requeue the 1 job that matches' }).click();
    await page.getByRole('status').getByText('Requeue: 1 · Done').waitFor();
    const done = { verb: 'requeue', reason: 'the printer has paper again', dryRun: false, changed: 1 };
    await eventually(async () => {
      const operations = await stage.client.operations.list();
      expect(operations.find(({ dryRun }) => !dryRun)).toMatchObject({ ...done, state: 'done' });
    });
    await page.goto(`${viewer.origin}/#/operations`);
    await page.getByRole('row', { name: /Requeue.*the printer has paper again/ }).waitFor();
    expect(await page.getByText('only counted', { exact: true }).count()).toBe(0);
    await page.getByLabel('With what was only counted').check();
    await page.getByText('only counted', { exact: true }).waitFor();
    expect(page.url()).toContain('operations?counts=1');
    await page.goto(`${viewer.origin}/#/audit`);
    await page.getByText('the printer has paper again').first().waitFor();
  });
});
