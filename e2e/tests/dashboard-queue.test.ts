import { defineJob, Monitor } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import { findBrowser, fits, openPage } from '../src/browser.ts';
import { act, Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

// Without a browser `npm test` says how to get one.
describe.skipIf(findBrowser() === undefined)('one queue, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let monitor: Monitor;
  let page: Page;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.client.enqueueMany(act, [{}, {}], { queue: 'post', group: 'large-shop' });
    await stage.client.enqueue(act, {}, { queue: 'post', group: 'small-shop' });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'operator' });
    monitor = new Monitor({ redis: redis.url, namespace: stage.namespace });
    page = viewer.page;
  });
  afterAll(async () => {
    await monitor?.close();
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });
  beforeEach(() => openPage(page, `${viewer.origin}/#/queues/post`));

  test('is reached from the list, and shows what waits, since when, and in which groups', async () => {
    await openPage(page, `${viewer.origin}/#/queues`);
    await page.getByRole('link', { name: 'post', exact: true }).click();
    await page.getByRole('heading', { name: 'post' }).waitFor();
    await page.getByRole('row', { name: 'large-shop 2' }).waitFor();
    await page.getByRole('row', { name: 'small-shop 1' }).waitFor();
    await page.locator('.facts time').waitFor();
    expect(viewer.report.problems).toEqual([]);
  });

  test('has lists of what waits; what has another state is searched for', async () => {
    await openPage(page, `${viewer.origin}/#/jobs?state=enqueued&queue=post`);
    await page.getByRole('link', { name: 'Failed', exact: true }).click();
    await page.waitForURL(/search\?q=state%3Afailed\+queue%3A%22post%22/);
    await openPage(page, `${viewer.origin}/#/jobs?state=succeeded&queue=post`);
    await page.waitForURL(/search\?q=state%3Asucceeded/);
    expect(await page.getByRole('searchbox').inputValue()).toBe('state:succeeded queue:"post"');
    await openPage(page, `${viewer.origin}/#/workers`);
    await expect.poll(() => page.getByRole('searchbox').inputValue()).toBe('');
    expect(viewer.report.problems).toEqual([]);
  });

  test('tells how urgent its jobs are, who takes them, and which come first', async () => {
    await stage.client.enqueueMany(act, [{}, {}], { queue: 'letters', priority: 'high' });
    await stage.client.enqueue(act, {}, { queue: 'letters', priority: 'critical' });
    await openPage(page, `${viewer.origin}/#/queues/letters`);
    await page.getByRole('link', { name: 'critical 1' }).waitFor();
    await page.getByRole('link', { name: 'high 2' }).waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(3);
    await page.getByText('Start one: linstock worker').waitFor();
    // An operator does not delete.
    expect(await page.getByRole('button', { name: 'Purge' }).count()).toBe(0);
    await stage.worker({ queues: ['letters'] });
    await page.getByText('0 of').waitFor();
    expect(viewer.report.problems).toEqual([]);
  });

  test('tells of jobs that are blocked beside those that wait, with their groups', async () => {
    const blocked = { queue: 'bank', group: 'large-shop', concurrency: { key: 'large-shop' } };
    await stage.worker({ queues: ['bank'] });
    await stage.client.enqueueMany(act, [{ ms: 600_000 }, {}, {}], blocked);
    await openPage(page, `${viewer.origin}/#/queues/bank`);
    await page.getByRole('row', { name: 'large-shop 0 2' }).waitFor();
    await page.getByRole('link', { name: 'blocked 2' }).click();
    await page.waitForURL(/#\/limits$/);
    expect(viewer.report.problems).toEqual([]);
  });

  test('tells what comes and what goes', async () => {
    const fact = (title: string) =>
      page.locator('.facts div', { has: page.getByText(title, { exact: true }) }).locator('dd');
    await expect.poll(() => fact('In').textContent()).toMatch(/^0\/s$/);
    await stage.client.enqueueMany(
      act,
      Array.from({ length: 300 }, () => ({})),
      { queue: 'busy' },
    );
    await expect.poll(async () => (await monitor.queue('busy')).enqueued).toBe(300);
    await openPage(page, `${viewer.origin}/#/queues`);
    const row = page.getByRole('row', { name: /^busy/ });
    await expect.poll(() => row.locator('td').nth(3).textContent()).toMatch(/^[\d.]+\/s$/);
    await expect.poll(() => row.locator('td').nth(3).textContent()).not.toBe('0/s');
    expect(await row.locator('td').nth(4).textContent()).toBe('0/s');
    await stage.worker({ queues: ['busy'] });
    await expect.poll(() => row.locator('td').nth(4).textContent()).not.toBe('0/s');
    expect(viewer.report.problems).toEqual([]);
  });

  test('its jobs are shown page by page, forward and back', async () => {
    await stage.client.enqueueMany(
      act,
      Array.from({ length: 130 }, () => ({})),
      { queue: 'many' },
    );
    await openPage(page, `${viewer.origin}/#/jobs?state=enqueued&queue=many`);
    const firstId = (): Promise<string> => page.locator('tbody code.id').first().innerText();
    const [next, previous] = ['Next', 'Previous'].map((name) =>
      page.getByRole('button', { name, exact: true }),
    );
    await page.getByText('1–50 of 130').waitFor();
    const first = await firstId();
    expect(await previous?.isDisabled()).toBe(true);
    await next?.click();
    await page.getByText('51–100 of 130').waitFor();
    await expect.poll(firstId).not.toBe(first);
    await next?.click();
    await page.getByText('101–130 of 130').waitFor();
    await expect.poll(() => page.locator('tbody tr').count()).toBe(30);
    expect(await next?.isDisabled()).toBe(true);
    await previous?.click();
    await page.getByText('51–100 of 130').waitFor();
    await previous?.click();
    await expect.poll(firstId).toBe(first);
    expect(viewer.report.problems).toEqual([]);
  });

  test('is paused with a reason that everybody reads, and resumed', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('textbox', { name: 'Why' }).fill('the provider is down');
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.locator('.trouble', { hasText: 'the provider is down' }).waitFor();
    const { paused } = await monitor.queue('post');
    expect(paused).toMatchObject({ why: 'the provider is down' });
    // Its jobs say so, with the instant as other instants are shown.
    const { jobs } = await monitor.page({ state: 'enqueued', queue: 'post', limit: 1 });
    await openPage(page, `${viewer.origin}/#/jobs/${jobs[0]?.id}`);
    const reason = page.locator('.why bdi', { hasText: 'is paused by ada' });
    expect(await reason.innerText()).toMatch(/ since \d+ \w+ \d{4}, [\d:]{8} \S+: the provider is down$/);
    expect(await reason.getAttribute('title')).toContain(new Date(paused?.at ?? 0).toISOString());
    await openPage(page, `${viewer.origin}/#/queues/post`);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.locator('.trouble').waitFor({ state: 'detached' });
    expect(viewer.report.problems).toEqual([]);
  });

  test('gets limits, says which is wrong, and loses them again', async () => {
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    const save = page.getByRole('button', { name: 'Save' });
    await field('Jobs at one time').fill('0');
    await save.click();
    await page.getByRole('alert').first().waitFor();
    expect((await monitor.queue('post')).settings).toBeUndefined();
    await field('Jobs at one time').fill('3');
    await field('Starts').fill('100');
    await field('… in a time of, such as 1s').fill('2s');
    await field('Jobs that may wait').fill('5000');
    await save.click();
    await expect
      .poll(async () => (await monitor.queue('post')).settings)
      .toEqual({ limit: 3, rate: { limit: 100, per: 2000, burst: 100 }, size: 5000 });
    await expect.poll(() => field('… in a time of, such as 1s').inputValue()).toBe('2000ms');
    for (const name of ['Jobs at one time', 'Starts', 'Jobs that may wait']) await field(name).fill('');
    await save.click();
    await expect.poll(async () => (await monitor.queue('post')).settings).toBeUndefined();
    // Chromium itself tells of a request that was refused.
    expect(viewer.report.problems.filter((problem) => !problem.includes('400'))).toEqual([]);
  });

  test.each(['light', 'dark'])('fits a phone, and axe finds nothing, %s', async (theme) => {
    await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
    await openPage(page, `${viewer.origin}/#/queues/post`);
    await page.getByRole('row', { name: 'large-shop 2' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('is all that somebody sees who may see only this one: every page works, and none tells of another', async () => {
    const word = 'plover';
    const foreign = defineJob<object>({ name: `${word}.send`, queue: `${word}-post` });
    await stage.client.enqueueMany(foreign, [{ to: word }, { to: word }]);
    await stage.client.cancel((await stage.client.enqueue(foreign, { to: word })).id, { reason: word });
    await stage.client.enqueueMany(act, [{ failures: 1 }, { failures: 1 }], { queue: word, maxAttempts: 1 });
    await stage.client.enqueue(act, { failures: 1 }, { queue: 'mine', maxAttempts: 1 });
    await stage.worker({ queues: [word, 'mine'] });
    await expect.poll(async () => (await monitor.counts()).failed).toBe(3);
    await stage.client.queue('mine').pause();
    await stage.client.enqueueMany(act, [{}, {}], { queue: 'mine' });
    await stage.client.recurring.upsert(`${word}-daily`, foreign, {}, { cron: '0 3 * * *' });
    await stage.client.recurring.upsert('mine-daily', act, {}, { cron: '0 3 * * *', queue: 'mine' });
    await stage.client.queue(`${word}-post`).pause({ reason: word });
    const own = await Viewer.open({
      redis: redis.url,
      namespace: stage.namespace,
      role: 'admin',
      can: (_, __, { queue }) => queue === 'mine',
    });
    const refused: string[] = [];
    own.page.on('response', (answer) => {
      if (answer.status() >= 400) refused.push(`${answer.status()} ${answer.url()}`);
    });
    await openPage(own.page, `${own.origin}/#/`);
    await own.page.locator('.tile.enqueued').waitFor();
    const menu = own.page.locator('.menu a:not(.brand)');
    expect(await menu.evaluateAll((all) => all.map((link) => link.getAttribute('href')))).toEqual(
      ['', 'jobs', 'errors', 'queues', 'recurring', 'operations', 'new'].map((path) => `#/${path}`),
    );
    const row = 'main tbody tr';
    // What is there once a page has what it shows.
    const pages = Object.entries({
      '': '.tile.enqueued',
      jobs: row,
      errors: row,
      queues: row,
      recurring: row,
      operations: '.empty',
      new: 'form.form',
      'jobs?state=failed': row,
      'queues/mine': row,
      'recurring/mine-daily': 'ol',
      'search?q=act': row,
      audit: '.empty',
    });
    for (const [path, sign] of pages) {
      await openPage(own.page, `${own.origin}/#/${path}`, sign);
      const text = await own.page.locator('body').innerText();
      expect([path, text.includes(word), await own.page.getByRole('alert').count()]).toEqual([
        path,
        false,
        0,
      ]);
    }
    await openPage(own.page, `${own.origin}/#/errors`);
    await own.page.getByRole('button', { name: 'For all of them' }).click();
    await own.page.getByRole('dialog').getByLabel('Requeue').check();
    await own.page.getByRole('button', { name: 'Requeue the 1 job that matches' }).click();
    await expect.poll(async () => (await monitor.queue('mine')).enqueued).toBe(3);
    await openPage(own.page, `${own.origin}/#/operations`, row);
    await openPage(own.page, `${own.origin}/#/`, '.tile.enqueued');
    expect(await violations(own.page)).toEqual([]);
    await own.close();
    expect([refused, own.report.problems]).toEqual([[], []]);
  });
});
