import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import { findBrowser } from '../src/browser.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

// Without a browser `npm test` says how to get one.
describe.skipIf(findBrowser() === undefined)('the dashboard by the keyboard', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let ids: string[];

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    ids = (await stage.client.enqueueMany(act, [{}, {}, {}], { queue: 'post', tags: ['blue'] })).map(
      ({ id }) => id,
    );
    await stage.client.enqueue(act, {}, { queue: 'parcels' });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'admin' });
    page = viewer.page;
  });
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });
  beforeEach(async () => {
    await show('jobs?state=enqueued&queue=post');
    await page.locator('tbody tr').nth(2).waitFor();
  });

  const show = async (path: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${viewer.origin}/#/${path}`);
    await page.locator('h1').first().waitFor();
  };
  const place = (): string => new URL(page.url()).hash;
  const shownIds = (): Promise<string[]> => page.locator('tbody code.id').allInnerTexts();

  test('goes to a page, a queue and a search by parts of their names', async () => {
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Commands' });
    await field.fill('bulk');
    await expect.poll(() => page.locator('dialog [aria-selected=true]').innerText()).toContain('Bulk');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Bulk operations' }).waitFor();
    await page.keyboard.press('Control+k');
    await field.fill('queue parc');
    await page.locator('dialog [role=option]').first().click();
    await eventually(() => expect(place()).toBe('#/jobs?state=enqueued&queue=parcels'));
    await page.keyboard.press('Control+k');
    await field.fill('no such thing');
    await page.keyboard.press('Enter');
    await eventually(() => expect(place()).toBe('#/search?q=no+such+thing'));
    expect(viewer.report.problems).toEqual([]);
  });

  test('arrows choose, from the last to the first; Escape and the same keys close it', async () => {
    await page.keyboard.press('Control+k');
    const chosen = page.locator('dialog [aria-selected=true]');
    await chosen.waitFor();
    const first = await chosen.innerText();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => chosen.innerText()).not.toBe(first);
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => chosen.innerText()).toBe(first);
    await page.keyboard.press('Escape');
    await page.locator('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.locator('dialog').waitFor();
    await page.keyboard.press('Control+k');
    await page.locator('dialog').waitFor({ state: 'detached' });
  });

  test('j and k go through the rows, x selects, Enter opens; g and a letter go to a page', async () => {
    await page.locator('h1').click();
    for (const key of ['j', 'j', 'j', 'j', 'k', 'x']) await page.keyboard.press(key);
    await page.getByText('1 selected').waitFor();
    expect(await page.locator('tbody tr').nth(1).locator('input').isChecked()).toBe(true);
    await page.keyboard.press('Enter');
    await eventually(() => expect(place()).toBe(`#/jobs/${ids[1]}`));
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: 'Workers' }).waitFor();
  });

  test('keys that are written are no commands; ? tells which there are', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('tjx?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('tjx?');
    expect(await page.locator('dialog').count()).toBe(0);
    await page.locator('h1').click();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    for (const key of ['Select the row', 'Recurring', 'Commands']) await page.getByText(key).last().waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
  });

  test('columns are chosen, and stay chosen; the order is turned round', async () => {
    expect(await shownIds()).toEqual(ids);
    await page.getByRole('button', { name: 'Runs first' }).click();
    await eventually(async () => expect(await shownIds()).toEqual(ids.toReversed()));
    expect(place()).toContain('reverse=true');
    await page.getByText('Columns').click();
    await page.getByRole('checkbox', { name: 'Tags' }).check();
    await page.getByRole('checkbox', { name: 'Attempt' }).uncheck();
    await page.locator('tbody .badge', { hasText: 'blue' }).first().waitFor();
    await page.reload();
    await page.locator('tbody .badge', { hasText: 'blue' }).first().waitFor();
    const heads = await page.locator('th').allInnerTexts();
    expect(heads.map((head) => head.toLowerCase())).toEqual([
      'name',
      'state',
      'queue',
      'when',
      'tags',
      'input · error',
    ]);
  });

  test.each(['light', 'dark'])('axe finds nothing in what opens, %s', async (theme) => {
    await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
    await show('jobs');
    await page.getByText('Columns').click();
    expect(await violations(page)).toEqual([]);
    for (const key of ['Control+k', '?']) {
      await page.keyboard.press(key);
      await page.locator('dialog').waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await page.locator('dialog').waitFor({ state: 'detached' });
    }
    expect(viewer.report.problems).toEqual([]);
  });
});
