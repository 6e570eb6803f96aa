import { readFile } from 'node:fs/promises';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import { findBrowser } from '../src/browser.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('a search in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    const inputs = Array.from({ length: 600 }, (_, ms) => ({ ms }));
    await stage.client.enqueueMany(act, inputs, { queue: 'mail' });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'admin' });
    page = viewer.page;
    await page.goto(`${viewer.origin}/`);
  }, 60_000);

  afterAll(async () => {
    await viewer?.close();
    await stage[Symbol.asyncDispose]();
    await redis.stop();
  });

  async function search(text: string): Promise<void> {
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill(text);
    await page.keyboard.press('Enter');
  }

  test('finds one of many by its input, and leads to it', async () => {
    await search('input.ms:417');
    await page.getByText('1 found · looked at 600 of 600').waitFor();
    await page.getByRole('link', { name: 'act' }).first().click();
    await page.getByRole('heading', { name: /^act/ }).waitFor();
    await page.getByText('417').first().waitFor();
  });

  test('shows what it has found and goes on when asked', async () => {
    await search('state:enqueued name:act');
    await page.getByText('200 found').waitFor();
    await page.getByRole('button', { name: 'Search on' }).click();
    await page.getByText('400 found').waitFor();
    expect(await page.getByRole('button', { name: 'Change all that match' }).count()).toBe(1);
  });

  test('is saved as a file, with all that it would find', async () => {
    await search('input.ms:41');
    await page.getByText('1 found').waitFor();
    await search('state:enqueued name:act');
    await page.getByText('200 found').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export as CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^jobs-state-enqueued-name-act-\w+\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.trim().split('\r\n').length).toBe(601);
    expect(new URL(page.url()).hash).toContain('#/search?');
  });

  test.each(['light', 'dark'] as const)('is fit for everybody, %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.getByRole('link', { name: 'Export as NDJSON' }).waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test('says what it knows when it is asked for something else', async () => {
    await search('colour:red');
    await page.getByText('knows these qualifiers').waitFor();
    await search('name:never');
    await page.getByText('No job matches.').waitFor();
  });

  test('lets some of its hits be changed, whatever found them', async () => {
    await search('input.ms:23');
    await page.getByText('1 found').waitFor();
    await page.locator('thead input').check();
    expect(await page.locator('tbody input').isChecked()).toBe(true);
    await page.locator('thead input').uncheck();
    expect(await page.locator('tbody input').isChecked()).toBe(false);
    await page.locator('tbody input').first().check();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    // It looks again.
    await page.getByRole('row', { name: /Cancelled/ }).waitFor();
    expect(await page.getByRole('toolbar').count()).toBe(0);
    expect((await stage.client.queue('mail').counts()).enqueued).toBe(599);
  });

  test('changes all it finds, also what no filter names, of the state that somebody chooses', async () => {
    const { id } = await stage.client.schedule(act, { ms: 598 }, { in: '1h', queue: 'mail' });
    await search('input.ms:598');
    await page.getByText('2 found').waitFor();
    await page.getByRole('button', { name: 'Change all that match' }).click();
    await page.getByRole('button', { name: 'Enqueued · 1' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Scheduled · 1' }).click();
    await page.getByRole('dialog').getByLabel('Cancel', { exact: true }).check();
    await page.getByRole('button', { name: 'Cancel the 1 job that matches' }).click();
    await expect.poll(async () => stage.client.get(id)).toMatchObject({ state: 'cancelled' });
    const [operation] = await stage.client.operations.list({ most: 1 });
    expect(operation?.filter).toMatchObject({ state: 'scheduled', query: 'input.ms:598' });
    await page.getByRole('dialog').getByRole('button', { name: 'Back' }).click();
  });

  test('where nothing is looked for it says what can be', async () => {
    await page.goto(`${viewer.origin}/#/search?q=`);
    await page.getByText('Qualifiers: state:').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  test('a change of all that match is stopped where it is', async () => {
    const filter = { state: 'enqueued', queue: 'mail' } as const;
    await search('state:enqueued queue:mail');
    await page.getByRole('button', { name: 'Change all that match' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Move', { exact: true }).check();
    await dialog.getByLabel('Priority').selectOption('low');
    // One a second: it would run for ten minutes.
    await page.route('**/api/bulk', async (route) => {
      const slow = { verb: 'move', to: { priority: 'low' }, filter, ratePerSecond: 1 } as const;
      await route.fulfill({ json: await stage.client.bulk(slow) });
    });
    await dialog.getByRole('button', { name: /^Move all/ }).click();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    await dialog.getByRole('button', { name: 'Yes, do it' }).click();
    await dialog.getByText('Cancelled').waitFor();
    await page.getByRole('status').getByText('Move: ').waitFor();
    await page.unroute('**/api/bulk');
    await dialog.getByRole('button', { name: 'Back' }).click();
    expect(await stage.client.operations.list({ most: 1 })).toMatchObject([{ state: 'cancelled' }]);
  });

  test('bulk operations and the audit log tell in words which jobs were meant', async () => {
    const filter = { state: 'failed', queue: 'mail', errorContains: 'no route' } as const;
    await stage.client.bulk({ verb: 'requeue', filter });
    for (const path of ['operations', 'audit']) {
      await page.goto(`${viewer.origin}/#/${path}`);
      const words = page.getByText(/^Failed .queue:mail error:"no route".$/);
      expect(await words.getAttribute('title')).toContain('"errorContains":"no route"');
      await page
        .getByText(/^Scheduled .input.ms:598.$/)
        .first()
        .waitFor();
    }
  });
});
