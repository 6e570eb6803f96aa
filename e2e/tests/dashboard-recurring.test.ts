import { Client, defineJob } from '@linstock/core';
import { KEY, shardPrefix } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits, openPage } from '../src/browser.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();

describe.skipIf(executable === undefined)('the form of a recurring job, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url });
    viewer = await Viewer.open({ redis: redis.url, role: 'operator' });
    page = viewer.page;
    report = viewer.report;
  });
  afterAll(async () => {
    await viewer?.close();
    await client?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => {
    await openPage(page, `${viewer.origin}/#/${path}`);
  };
  const fill = async (values: Readonly<Record<string, string>>): Promise<void> => {
    for (const [label, value] of Object.entries(values)) await page.getByLabel(label).fill(value);
  };
  const save = (of: Page): Locator => of.getByRole('button', { name: 'Save' });

  test('shows the next five runs before anything is stored, and then stores it', async () => {
    await show('recurring');
    await page.getByRole('link', { name: 'New recurring job' }).click();
    await fill({
      Id: 'nightly',
      Name: 'report',
      Cron: '30 3 * * *',
      'Time zone': 'Europe/Berlin',
      Input: '{"kind":"daily"}',
    });
    await eventually(async () =>
      expect(await page.locator('.form li').first().innerText()).toContain('03:30:00'),
    );
    expect(await page.locator('.form li').count()).toBe(5);
    expect(await client.recurring.get('nightly')).toBeUndefined();
    await save(page).click();
    await page.getByRole('heading', { name: 'nightly' }).waitFor();
    expect(await client.recurring.get('nightly')).toMatchObject({
      schedule: { cron: '30 3 * * *', timeZone: 'Europe/Berlin' },
      job: { name: 'report', queue: 'default', payload: '{"kind":"daily"}' },
      policy: { misfire: 'once', overlap: 'allow' },
    });
    expect(report.problems).toEqual([]);
  });

  test('tells in words what a usual expression says', async () => {
    await show('recurring');
    await page.getByText('every day at 03:30').waitFor();
    await show('recurring?form=new');
    await fill({ Cron: '0 18 * * MON,FRI' });
    await page.getByText('Monday and Friday at 18:00').waitFor();
    await page.getByLabel('Language').selectOption('fa');
    await page.getByText('دوشنبه و جمعه ساعت ۱۸:۰۰').waitFor();
    await page.locator('.settings select').selectOption('en');
    expect(report.problems).toEqual([]);
  });

  test('warns of runs that a change of the clock moves, before they are stored and after', async () => {
    await show('recurring?form=new');
    await fill({ Id: 'spring', Name: 'report', Cron: '30 2 * 3 SUNL', 'Time zone': 'Europe/Berlin' });
    await page.getByText('There is no 02:30 that day').first().waitFor();
    expect(await violations(page)).toEqual([]);
    await save(page).click();
    await page.getByRole('heading', { name: 'spring' }).waitFor();
    await page.getByText('There is no 02:30 that day').first().waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
    await client.recurring.remove('spring');
    expect(report.problems).toEqual([]);
  });

  test('is paused with a reason, and everybody reads who has paused it, when and why', async () => {
    const button = (name: string, within: Page | Locator = page): Locator =>
      within.getByRole('button', { name, exact: true });
    await show('recurring/nightly');
    await button('Pause').click();
    await page.getByRole('dialog').getByLabel('Why').fill('until the printer is mended');
    expect(await violations(page)).toEqual([]);
    await button('Pause', page.getByRole('dialog')).click();
    const paused = /^paused by ada.*, .+ · until the printer is mended$/;
    await page.locator('.trouble', { hasText: paused }).waitFor();
    await show('recurring');
    const row = page.getByRole('row', { name: 'nightly' });
    await row.locator('.badge', { hasText: paused }).waitFor();
    await button('Resume', row).click();
    await button('Pause', row).click();
    await button('Back', page.getByRole('dialog')).click();
    expect(report.problems).toEqual([]);
  });

  test('tell why runs were missed, how late one was, and that the last one has failed', async () => {
    await client.recurring.upsert(
      'slow',
      defineJob({ name: 'report' }),
      {},
      { cron: '@daily', misfire: 'skip' },
    );
    const job = await client.recurring.trigger('slow');
    const [at, prefix] = [Date.now(), shardPrefix('ls', 0)];
    const connection = redis.connect();
    for (const entry of [
      { tick: at - 91_000, at, job },
      { at, skipped: 'missed', count: 5 },
    ])
      await connection.lpush(`${prefix}${KEY.history}slow`, JSON.stringify(entry));
    await connection.setrange(`${prefix}${KEY.job}${job}`, 0, 'F');
    connection.disconnect();
    await show('recurring/slow');
    await page.getByText(/missed 5\s+Runs that were missed: none/).waitFor();
    await page.getByText('late: 2 min').waitFor();
    await show('recurring');
    await page.getByLabel('State').selectOption({ label: 'Last run: Failed' });
    await page.getByRole('row', { name: 'slow' }).getByRole('link', { name: 'Failed' }).waitFor();
    await client.recurring.remove('slow');
    expect(report.problems).toEqual([]);
  });

  test('changes what is written, and leaves the input that nobody is shown', async () => {
    await show('recurring/nightly');
    await page.getByRole('link', { name: 'Edit' }).click();
    await eventually(async () => expect(await page.getByLabel('Cron').inputValue()).toBe('30 3 * * *'));
    expect(await page.getByLabel('Input').inputValue()).toBe('');
    await page.getByLabel('Rhythm').selectOption('every');
    await fill({ Every: '90m', Queue: 'reports' });
    await page.getByLabel('While the last run').selectOption('skip');
    await save(page).click();
    await page.getByRole('heading', { name: 'Last runs' }).waitFor();
    expect(await client.recurring.get('nightly')).toMatchObject({
      schedule: { every: 5_400_000 },
      job: { queue: 'reports', payload: '{"kind":"daily"}' },
      policy: { overlap: 'skip' },
    });
    await show('recurring/nightly?form=edit');
    await eventually(async () => expect(await page.getByLabel('Every').inputValue()).toBe('90m'));
    expect(report.problems).toEqual([]);
  });

  test.each([
    ['Cron', '0 3 30 2 *', 'cron'],
    ['Time zone', 'Europe/Atlantis', 'timeZone'],
    ['Input', '{"kind":', 'input'],
  ])('says beside %s what is wrong with it', async (label, text, field) => {
    await show('recurring?form=new');
    await fill({ Id: 'wrong', Name: 'report', [label]: text });
    await page.locator(`#${field}-fault`).waitFor();
    expect(await page.getByLabel(label).getAttribute('aria-invalid')).toBe('true');
    expect(await save(page).isDisabled()).toBe(true);
    expect(await violations(page)).toEqual([]);
    expect(report.problems).toEqual([]);
  });

  test.each([
    ['Queue', 'a{b}', 'queue'],
    ['Name', 'no name', 'name'],
    ['Id', 'nightly', 'id'],
  ])('says beside %s why it was refused', async (label, text, field) => {
    await show('recurring?form=new');
    await fill({ Id: 'refused', Name: 'report', [label]: text });
    await save(page).click();
    await page.locator(`#${field}-fault`).waitFor();
    expect(await client.recurring.get('refused')).toBeUndefined();
    expect(report.problems).toEqual([]);
  });

  test('are listed a page at a time, and found by a part of their id or by their state', async () => {
    const mirror = defineJob<null>({ name: 'site.mirror' });
    for (let n = 0; n < 70; n++)
      await client.recurring.upsert(`mirror-${n}`, mirror, null, { cron: '@hourly' });
    await client.recurring.pause('mirror-7');
    const job = await client.recurring.trigger('mirror-8');
    await show('recurring');
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(50));
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByText('51–71 of 71').waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('paused');
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(1));
    await page.getByRole('row', { name: /mirror-7/ }).waitFor();
    await page.getByRole('combobox', { name: 'State' }).selectOption('');
    await page.getByRole('searchbox', { name: 'Filter' }).fill('MIRROR-8');
    await page.keyboard.press('Enter');
    await page.getByRole('row', { name: /mirror-8.*Enqueued/ }).waitFor();
    expect(new URL(page.url()).hash).toContain('text=MIRROR-8');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('link', { name: 'Enqueued' }).click();
    await page.getByText(job).first().waitFor();
    expect(report.problems).toEqual([]);
  });

  test('that are not there are said to be none', async () => {
    await show('recurring?text=nothing-like-it');
    await page.getByText('There is nothing here.').waitFor();
    expect(report.problems).toEqual([]);
  });

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of ['recurring?form=new', 'recurring', 'recurring/mirror-8']) {
      await show(path);
      await fits(page);
    }
    expect(report.problems).toEqual([]);
  });
});
