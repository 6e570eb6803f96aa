import { Client, defineJob } from '@linstock/core';
import { Connection } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { Worker } from '@linstock/worker';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import { findBrowser } from '../src/browser.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const namespace = 'limits';
const bank = defineJob<number>({ name: 'bank.call', concurrency: { key: 'bank', limit: 1 } });
const ask = defineJob<number>({ name: 'api.ask', rateLimit: { key: 'api', limit: 1, per: '1h' } });
const remind = defineJob<null>({
  name: 'bill.remind',
  queue: 'nobody',
  unique: { key: 'ada', for: '1h' },
});

describe.skipIf(executable === undefined)('limits, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let connection: Connection;
  let client: Client;
  let worker: Worker;
  let viewer: Viewer;
  let page: Page;
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => (end = resolve));

  beforeAll(async () => {
    redis = await startRedis();
    connection = new Connection(redis.url, 'commands');
    await connection.ready(10_000);
    client = new Client({ redis: redis.url, namespace });
    worker = new Worker({ redis: redis.url, namespace });
    worker.handle(bank, () => ended);
    worker.handle(ask, () => undefined);
    await worker.start();
    await client.enqueueMany(bank, [1, 2]);
    await client.enqueueMany(ask, [1, 2]);
    await client.enqueue(remind, null);
    await eventually(async () => (await client.limits.get('bank')).waiting === 1);
    await eventually(async () => (await client.limits.get('api')).waitingForRate === 1);
    viewer = await Viewer.open({ redis: redis.url, namespace, role: 'operator' });
    page = viewer.page;
    await page.goto(`${viewer.origin}/#/limits`);
  }, 60_000);
  afterAll(async () => {
    end();
    await viewer?.close();
    await worker?.stop();
    await client?.close();
    connection?.close();
    await redis?.stop();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const lookUp = async (kind: string, fields: Readonly<Record<string, string>>): Promise<void> => {
    await page.getByRole('combobox', { name: 'Kind' }).selectOption(kind);
    for (const [name, value] of Object.entries(fields))
      await page.getByRole('textbox', { name, exact: true }).fill(value);
    await button('Look up').click();
  };

  test('show who has a place, which cannot be taken while it runs', async () => {
    await page.getByRole('link', { name: 'bank', exact: true }).click();
    await page.getByText('Places taken: 1 · waiting for one: 1').waitFor();
    await page.getByRole('cell', { name: 'runs', exact: true }).waitFor();
    expect(await button('Release').count()).toBe(0);
    expect(viewer.report.problems).toEqual([]);
  });

  test('are released where their job does not run any more', async () => {
    const { id } = await client.enqueue(remind, null);
    // As a worker would leave it that died before anybody waited.
    await connection.redis.sadd(`{${namespace}:0}:holders:leak`, `deadworker00000000000001${id}`);
    await lookUp('limit', { Key: 'leak' });
    await page.getByRole('cell', { name: 'does not run any more' }).waitFor();
    await button('Release').click();
    await button('Yes, do it').click();
    await page.getByText('Places taken: 0').waitFor();
    expect(await client.limits.get('leak')).toMatchObject({ taken: 0 });
    expect(viewer.report.problems).toEqual([]);
  });

  test('of a rate are reset, and the next job starts', async () => {
    await lookUp('limit', { Key: 'api' });
    await page.getByText('waiting for the rate: 1').waitFor();
    await button('Reset the rate').click();
    await button('Yes, do it').click();
    await page.getByText('waiting for the rate: 0').waitFor();
    expect(await client.limits.get('api')).toMatchObject({ waitingForRate: 0 });
    expect(viewer.report.problems).toEqual([]);
  });

  test('that are unique keys tell who has them, and are released when that has ended', async () => {
    await lookUp('unique', { Name: 'bill.remind', Key: 'ada' });
    await page.getByText('It can be released when this job has ended').waitFor();
    const held = await client.limits.lock({ job: 'bill.remind', key: 'ada' });
    await client.cancel(held?.id ?? '');
    await button('Release').click();
    await button('Yes, do it').click();
    await page.getByText('Nobody has this key.').waitFor();
    expect((await client.enqueue(remind, null)).status).toBe('stored');
    expect(viewer.report.problems).toEqual([]);
  });

  test('that are unique keys are listed by a search for all jobs that have one', async () => {
    const id = (await client.limits.lock({ job: 'bill.remind', key: 'ada' }))?.id ?? 'nobody';
    await page.goto(`${viewer.origin}/#/limits`);
    await page.getByRole('link', { name: 'All jobs with a unique key' }).click();
    await page.getByRole('heading', { name: 'unique:*' }).waitFor();
    await page.locator('tbody code.id', { hasText: id }).waitFor();
    expect(await page.getByRole('cell', { name: 'bank.call' }).count()).toBe(0);
    await page.getByText('Columns').click();
    await page.getByRole('checkbox', { name: 'Key' }).check();
    expect(await violations(page)).toEqual([]);
    await page.getByText('Columns').click();
    await page.getByRole('link', { name: 'ada', exact: true }).first().click();
    await page.locator('.card').getByRole('link', { name: id }).waitFor();
    expect(viewer.report.problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing in what is looked up, %s', async (theme) => {
    await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
    for (const query of [
      'kind=limit&key=bank',
      'kind=unique&job=bill.remind&key=ada',
      'kind=key&job=x&key=y',
    ]) {
      await page.goto(`${viewer.origin}/#/limits?${query}`);
      await page.reload();
      await page.locator('.card, .empty').first().waitFor();
      expect(await violations(page)).toEqual([]);
    }
  });

  test('fit a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${viewer.origin}/#/limits?kind=unique&job=bill.remind&key=ada`);
    await page.locator('.card').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });

  test('tell on a phone what each value is, and in Persian of what kind a key is', async () => {
    await client.enqueueMany(bank, [3]);
    await page.setViewportSize({ width: 360, height: 800 });
    await page.goto(`${viewer.origin}/#/limits`);
    await page.locator('tbody tr').first().waitFor();
    const titles = await page.evaluate(
      "[...document.querySelectorAll('tbody tr:first-child td')].map((cell) => getComputedStyle(cell, '::before').content)",
    );
    expect(titles).toEqual(expect.arrayContaining(['"Held by"', '"Next in line"']));
    await page.evaluate("localStorage.setItem('linstock:language', 'fa')");
    await page.reload();
    await page.getByRole('combobox', { name: 'گونه' }).waitFor();
    expect(await page.locator('option').allInnerTexts()).not.toContain('Debounce');
  });
});
