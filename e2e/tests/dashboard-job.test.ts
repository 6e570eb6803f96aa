import { Client, defineJob } from '@linstock/core';
import { createDashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Log } from '@linstock/worker';
import { Worker } from '@linstock/worker';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, fits, launch, openPage, Site, watchPage } from '../src/browser.ts';

const executable = findBrowser();
const work = defineJob<{ to: string }>({ name: 'work', maxAttempts: 3, retry: { fixed: 0 } });

const nothing = (): void => undefined;
const SILENT: Log = { child: () => SILENT, debug: nothing, info: nothing, warn: nothing, error: nothing };

/** As it would come from an application. */
function failure(attempt: number): Error {
  const message = attempt < 3 ? 'connection refused' : 'no such <b>mailbox</b>';
  const frame = attempt < 3 ? 'connect (smtp.ts:8:1)' : 'deliver (smtp.ts:88:11)';
  return Object.assign(new Error(message), {
    name: 'MailError',
    stack: `MailError: ${message}\n    at ${frame}\n    at send (mail.ts:4:2)`,
  });
}

describe.skipIf(executable === undefined)('the page of a job, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let worker: Worker;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let report: PageReport;
  let id: string;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url });
    worker = new Worker({ redis: redis.url, log: SILENT });
    worker.handle(work, (_, { attempt }) => {
      throw failure(attempt);
    });
    await worker.start();
    const dashboard = createDashboard({
      redis: redis.url,
      authorize: () => ({ name: 'ada', role: 'admin' }),
    });
    site = await Site.serve(dashboard);
    browser = await launch(executable ?? '');
    const context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    page = await context.newPage();
    report = await watchPage(page, site.origin);
    const handle = await client.enqueue(work, { to: "o'hara" }, { queue: 'default' });
    ({ id } = handle);
    await handle.result().catch(() => undefined);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await worker?.stop({ now: true });
    await client?.close();
    await redis?.stop();
  });

  const show = async (): Promise<void> => {
    await openPage(page, `${site.origin}/#/jobs/${id}`);
    await page.getByRole('heading', { name: 'Errors of two attempts' }).waitFor();
  };
  const texts = (tag: string): Promise<string[]> => page.locator(`.diff ${tag}`).allInnerTexts();

  test('shows where the errors of two attempts differ', async () => {
    await show();
    expect(await texts('del')).toEqual(['MailError: connection refused', '    at connect (smtp.ts:8:1)']);
    expect(await texts('ins')).toEqual([
      'MailError: no such <b>mailbox</b>',
      '    at deliver (smtp.ts:88:11)',
    ]);
    expect(await texts('.both')).toEqual(['    at send (mail.ts:4:2)']);
    await page.getByLabel('with', { exact: true }).selectOption({ label: 'Attempt 1' });
    await page.getByText('Both failed in the same way.').waitFor();
    expect(page.url()).toContain('right=0');
    expect(await violations(page)).toEqual([]);
    expect(report.problems).toEqual([]);
  });

  test('tells which attempt of how many it was, and asks once more before it deletes', async () => {
    const doomed = await client.enqueue(work, { to: 'bob' }, { maxAttempts: 1 });
    await doomed.result().catch(() => undefined);
    await openPage(page, `${site.origin}/#/jobs/${doomed.id}`);
    await page.getByText('1 / 1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    expect(await client.get(doomed.id)).toBeDefined();
    await page.getByRole('button', { name: 'Yes, do it' }).click();
    await eventually(async () => expect(await client.get(doomed.id)).toBeUndefined());
    expect(report.problems).toEqual([]);
  });

  test('fits a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await show();
    await fits(page);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(report.problems).toEqual([]);
  });

  test('gives the job as a command and as code', async () => {
    await show();
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name }).click();
      await page.getByText('Copied').last().waitFor();
      return page.evaluate<string>('navigator.clipboard.readText()');
    };
    expect(await copied('Copy as command')).toBe(
      String.raw`linstock job enqueue work '{"to":"o'\''hara"}' --queue default`,
    );
    await eventually(async () =>
      expect(await copied('Copy as code')).toBe(
        `const job = defineJob({ name: 'work' });\nawait client.enqueue(job, {\n  "to": "o'hara"\n}, { queue: 'default', priority: 'normal' });\n`,
      ),
    );
    expect(report.problems).toEqual([]);
  });

  test('is copied with its tags, its limits and what is not shown; a mask is no value', async () => {
    const secret = defineJob<object>({ name: 'secret', queue: 'nobody' });
    const input = { to: 'ada', password: 'open sesame' };
    const handle = await client.enqueue(secret, input, {
      tags: ['north'],
      concurrency: { key: 'ada', limit: 2 },
    });
    await openPage(page, `${site.origin}/#/jobs/${handle.id}`);
    await page.getByRole('button', { name: 'Copy as command' }).click();
    const copied = (): Promise<string> => page.evaluate<string>('navigator.clipboard.readText()');
    await eventually(async () => expect(await copied()).toBe(`linstock job copy ${handle.id}`));
    await page.getByRole('link', { name: 'Copy as new' }).click();
    const field = page.getByLabel('Input');
    await eventually(async () => expect(await field.inputValue()).toContain('•••'));
    await page.getByText('Values that are not shown stay as they are').waitFor();
    await page.getByRole('button', { name: 'Enqueue' }).click();
    const opened = (): Promise<string> => page.evaluate<string>('location.hash.split("/")[2] ?? ""');
    await eventually(async () => expect((await opened()).length).toBe(26));
    const copy = await client.get(await opened());
    expect(copy).toMatchObject({ input, tags: ['north'], keys: { limits: ['ada'] }, queue: 'nobody' });

    await openPage(page, `${site.origin}/#/new?like=${handle.id}`);
    await eventually(async () => expect(await field.inputValue()).toContain('•••'));
    await field.fill('{"to": "bob", "password": "•••"}');
    await page.getByRole('button', { name: 'Enqueue' }).click();
    await page.getByText('has "•••" at input.password').waitFor();
    await page.getByLabel('Name').fill('another');
    await page.getByText('Values that are not shown').waitFor({ state: 'detached' });
    await field.fill('{"to": "bob", "password": "else"}');
    await page.getByRole('button', { name: 'Enqueue' }).click();
    await page.getByRole('heading', { name: 'another' }).waitFor();
    expect(await client.get(await opened())).toMatchObject({ input: { password: 'else' }, tags: [] });
    expect(report.problems).toEqual([]);
  });

  test('that does not exist has a heading, and is not asked for again', async () => {
    const gone = `${id.slice(0, -4)}GGGG`;
    let asked = 0;
    page.on('request', (request) => (asked += Number(request.url().endsWith(`api/jobs/${gone}`))));
    await page.clock.install();
    await page.goto(`${site.origin}/#/jobs/${gone}`);
    await page.getByRole('heading', { name: gone }).waitFor();
    await page.clock.runFor(10_000);
    // Whatever that has asked is answered after what came before it.
    await page.evaluate("fetch('api/session')");
    expect(asked).toBe(1);
  });
});
