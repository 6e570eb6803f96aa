import { Client, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { Worker } from '@linstock/worker';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser } from '../src/browser.ts';
import { findIntruders } from '../src/hostile-page.ts';
import { HOSTILE_TEXTS } from '../src/hostile-texts.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const silent = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };

/** A schema that takes everything and says this of itself. */
const saying = (schema: object): never =>
  ({
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value: unknown) => ({ value }),
      jsonSchema: { input: () => schema, output: () => schema },
    },
  }) as never;

const text = { type: 'string' };
const send = defineJob({
  name: 'mail/send',
  version: 2,
  queue: 'mail',
  priority: 'high',
  maxAttempts: 3,
  input: saying({
    $defs: {
      person: {
        type: 'object',
        properties: { name: text, mail: { ...text, format: 'email' } },
        required: ['name'],
      },
    },
    type: 'object',
    properties: {
      subject: {
        ...text,
        title: 'Subject line',
        description: 'What it is about',
        minLength: 3,
        pattern: '^[A-Z]',
      },
      body: { ...text, maxLength: 5000 },
      times: { type: 'integer', minimum: 1, maximum: 9, default: 2 },
      factor: { type: 'number' },
      isUrgent: { type: 'boolean', default: true },
      format: { enum: ['plain', 'html', 7] },
      notBefore: { ...text, format: 'date-time' },
      from: { $ref: '#/$defs/person' },
      replyTo: { $ref: '#/$defs/person' },
      to: { type: 'array', items: { $ref: '#/$defs/person' }, minItems: 1 },
      tags: { type: 'array', items: text },
      note: { anyOf: [text, { type: 'null' }] },
      anything: { anyOf: [{ type: 'object', properties: { a: text } }, { type: 'number' }] },
    },
    required: ['subject', 'times', 'isUrgent', 'format', 'from', 'to', 'note'],
  }),
});
const plain = defineJob({ name: 'plain' });
/** A property for each text, which is its title and what is said of it; some of its names, values and choices are such texts. */
const hostile = defineJob({
  name: 'hostile',
  input: saying({
    type: 'object',
    title: HOSTILE_TEXTS[4],
    properties: Object.fromEntries(
      HOSTILE_TEXTS.map((one, i) => [
        i < 45 ? `p${i}` : one,
        { type: 'string', title: one, description: one, ...(i < 15 && { default: one, pattern: one }) },
      ]),
    ),
    required: HOSTILE_TEXTS.slice(-8),
    $defs: {},
    additionalProperties: { enum: HOSTILE_TEXTS.slice(0, 10) },
  }),
});

describe.skipIf(executable === undefined)('the form of a new job, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let worker: Worker;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;
  const ran: unknown[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url });
    worker = new Worker({ redis: redis.url, queues: ['mail', 'default'], log: silent });
    worker.handle(send, (input) => void ran.push(input));
    worker.handle(plain, (input) => void ran.push(input));
    worker.handle(hostile, (input) => void ran.push(input));
    await worker.start();
    viewer = await Viewer.open({ redis: redis.url, role: 'operator' });
    page = viewer.page;
    report = viewer.report;
    page.setDefaultTimeout(10_000);
  });
  beforeEach(() => {
    ran.length = 0;
  });
  afterAll(async () => {
    await viewer?.close();
    await worker?.stop({ now: true });
    await client?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => {
    await page.goto(`${viewer.origin}/#/${path}`);
    await page.reload();
    await page.locator('h1').first().waitFor();
  };
  const field = (label: string, within: Page | Locator = page): Locator =>
    within.getByLabel(label, { exact: true });
  const select = (name: string): Locator => page.getByRole('combobox', { name, exact: true });
  const json = (name = 'Input', within: Page | Locator = page): Locator =>
    within.getByRole('textbox', { name, exact: true });
  const part = (name: string): Locator => page.getByRole('group', { name, exact: true });
  const button = (name: string): Locator => page.getByRole('button', { name, exact: true });
  const choose = async (name: string): Promise<void> => {
    await field('Name').fill(name);
    await page.getByRole('group', { name: 'Input' }).first().waitFor();
  };
  const written = async (): Promise<unknown> => {
    await button('JSON').click();
    return JSON.parse(await json().inputValue()) as unknown;
  };
  const isClean = (): void => expect(report.problems).toEqual([]);

  test('begins with the defaults, the queue and the priority of its contract', async () => {
    await show('new');
    await choose('mail/send');
    await field('Subject line *').waitFor();
    await eventually(async () => expect(await field('Queue').inputValue()).toBe('mail'));
    expect(await select('Priority').inputValue()).toBe('high');
    expect(await written()).toEqual({ times: 2, isUrgent: true, from: {}, to: [{}], note: null });
    isClean();
  });

  test('says so when nobody is known to handle the name, and takes it all the same', async () => {
    await show('new');
    await choose('mail/send');
    const word = page.getByRole('status').filter({ hasText: 'No worker has told' });
    expect(await word.count()).toBe(0);
    await field('Name').fill('mail/sent');
    await word.waitFor();
    await button('Enqueue').click();
    await page.getByRole('heading', { name: 'mail/sent' }).waitFor();
    isClean();
  });

  test('says so when there is no queue of the name, and offers those that there are', async () => {
    await show('new');
    await choose('mail/send');
    const word = page.getByRole('status').filter({ hasText: 'No queue has this name' });
    await field('Queue').fill('mial');
    await word.waitFor();
    await page.locator('datalist#queues option[value="mail"]').waitFor({ state: 'attached' });
    await field('Queue').fill('mail');
    await word.waitFor({ state: 'detached' });
    await show('queues/mial');
    await page.getByText('No queue has this name').waitFor();
    isClean();
  });

  test('runs the job with exactly what was written, and nothing for what was not', async () => {
    await show('new');
    await choose('mail/send');
    await field('Subject line *').pressSequentially('Hello');
    await field('times *').fill('3');
    await field('factor').pressSequentially('-0.05');
    await field('isUrgent').uncheck();
    await select('format *').selectOption('7');
    await field('notBefore').fill('2030-01-02T03:04');
    await field('name *', part('from')).fill('Ada');
    await field('name *', part('to 1')).fill('Bob');
    await part('to').getByRole('button', { name: 'Add' }).click();
    await field('name *', part('to 2')).fill('Cy');
    await field('mail', part('to 2')).fill('cy@example.com');
    await part('tags').getByRole('button', { name: 'Add' }).click();
    await part('tags').getByRole('button', { name: 'Add' }).click();
    await field('tags 1 *').fill('a');
    await field('tags 2 *').fill('b');
    await button('Delete: tags 1').click();
    await json('anything').fill('{"a":"x"}');
    await button('Enqueue').click();
    await eventually(() => ran.length > 0);
    const notBefore = await page.evaluate('new Date("2030-01-02T03:04").toISOString()');
    expect(ran).toEqual([
      {
        times: 3,
        isUrgent: false,
        from: { name: 'Ada' },
        to: [{ name: 'Bob' }, { name: 'Cy', mail: 'cy@example.com' }],
        note: null,
        subject: 'Hello',
        factor: -0.05,
        format: 7,
        notBefore,
        tags: ['b'],
        anything: { a: 'x' },
      },
    ]);
    await page.getByRole('heading', { name: 'mail/send' }).waitFor();
    const { jobs } = (await (await fetch(`${viewer.origin}/api/jobs?state=succeeded`)).json()) as {
      jobs: unknown[];
    };
    expect(jobs[0]).toMatchObject({
      queue: 'mail',
      priority: 'high',
      version: 2,
      options: { maxAttempts: 3 },
    });
    isClean();
  });

  test.each([
    ['Subject line *', 'He'],
    ['Subject line *', 'hello'],
    ['times *', '10'],
    ['times *', '1.5'],
    ['name *', ''],
    ['anything', '{"a":'],
  ])('is not sent while %s is %o', async (label, value) => {
    await show('new');
    await choose('mail/send');
    await field('Subject line *').fill('Hello');
    await select('format *').selectOption('plain');
    await field('name *', part('from')).fill('Ada');
    await field('name *', part('to 1')).fill('Bob');
    const wrong = label === 'name *' ? field(label, part('from')) : page.getByLabel(label);
    await wrong.fill(value);
    await button('Enqueue').click();
    expect(await wrong.and(page.locator(':invalid')).count()).toBe(1);
    expect(await page.evaluate('location.hash')).toBe('#/new');
    expect(ran).toEqual([]);
  });

  test('and JSON show one value, whichever it was written in', async () => {
    await show('new');
    await choose('mail/send');
    await button('JSON').click();
    const value = {
      subject: 'Hello',
      from: 'nobody',
      replyTo: { name: 'Cy', age: 7 },
      to: [],
      note: 'x',
      body: 'one\ntwo',
      extra: { deep: [1] },
    };
    await json().fill(JSON.stringify(value));
    await button('Form').click();
    expect(await field('name *', part('replyTo')).inputValue()).toBe('Cy');
    expect(await json('age', part('replyTo')).inputValue()).toBe('7');
    expect(await json('from *').inputValue()).toBe('"nobody"');
    expect(await json('body').inputValue()).toBe('one\ntwo');
    await field('Subject line *').fill('Bye');
    await part('replyTo').getByRole('checkbox', { name: 'replyTo' }).uncheck();
    const { replyTo, ...rest } = value;
    expect(await written()).toEqual({ ...rest, subject: 'Bye' });
    await json().fill('{');
    expect(await button('Form').isDisabled()).toBe(true);
    expect(replyTo.name).toBe('Cy');
    isClean();
  });

  test('is that of a copy, filled with the input of the job', async () => {
    const { id } = await client.enqueue(send, { subject: 'Again', times: 4, to: [{ name: 'Bob' }] });
    await eventually(() => ran.length > 0);
    await show(`new?like=${id}`);
    await eventually(async () => expect(await field('Subject line *').inputValue()).toBe('Again'));
    expect(await field('times *').inputValue()).toBe('4');
    expect(await field('name *', part('to 1')).inputValue()).toBe('Bob');
    expect(await written()).toEqual({ subject: 'Again', times: 4, to: [{ name: 'Bob' }] });
    isClean();
  });

  test('is JSON for a copy whose input is of another version, and it keeps that version', async () => {
    const older = defineJob({ name: 'mail/send', version: 1, queue: 'unserved' });
    const { id } = await client.enqueue(older, { title: 'Old' });
    await show(`new?like=${id}`);
    await eventually(async () => expect(await json().inputValue()).toContain('Old'));
    await button('Enqueue').click();
    await page.getByRole('heading', { name: 'mail/send' }).waitFor();
    const copy = String(await page.evaluate('location.hash.split("/")[2]'));
    expect(await client.get(copy)).toMatchObject({ version: 1, queue: 'unserved', input: { title: 'Old' } });
    isClean();
  });

  test('is JSON where nothing is known, and begins anew for another job', async () => {
    await show('new');
    await choose('mail/send');
    await field('Subject line *').waitFor();
    await field('Name').fill('plain');
    await json().waitFor();
    await eventually(async () => expect(await field('Queue').inputValue()).toBe('default'));
    await json().fill('[1]');
    await button('Enqueue').click();
    await eventually(() => ran.length > 0);
    expect(ran).toEqual([[1]]);
    await page.getByRole('heading', { name: 'plain' }).waitFor();
    isClean();
  });

  test('makes a job that is due at an instant, and says beside a field why it was refused', async () => {
    await show('new');
    await field('Name').fill('plain');
    await field('Due').fill('2999-01-02T03:04:05');
    await field('Delay').fill('5m');
    await button('Enqueue').click();
    await page.locator('#at-fault').waitFor();
    await field('Delay').fill('');
    await button('Enqueue').click();
    await page.getByRole('heading', { name: 'plain' }).waitFor();
    const id = String(await page.evaluate('location.hash.split("/")[2]'));
    const at = await page.evaluate('Date.parse("2999-01-02T03:04:05")');
    expect(await client.get(id)).toMatchObject({ state: 'scheduled', dueAt: at });
    await show('new');
    await field('Name').fill('plain');
    await field('Queue').fill('a{b}');
    await button('Enqueue').click();
    await page.locator('#queue-fault').waitFor();
    isClean();
  });

  test('is that of a recurring job too', async () => {
    await show('recurring?form=new');
    await field('Id').fill('weekly');
    await choose('mail/send');
    await field('Subject line *').fill('Weekly');
    await select('format *').selectOption('plain');
    await field('name *', part('from')).fill('Ada');
    await field('name *', part('to 1')).fill('Bob');
    await button('Save').click();
    await page.getByRole('heading', { name: 'weekly' }).waitFor();
    const input = async (): Promise<unknown> =>
      JSON.parse((await client.recurring.get('weekly'))?.job.payload ?? '') as unknown;
    expect(await input()).toMatchObject({ subject: 'Weekly', to: [{ name: 'Bob' }] });
    expect(await client.recurring.get('weekly')).toMatchObject({ job: { queue: 'mail' } });
    await show('recurring/weekly?form=edit');
    await button('Form').waitFor();
    expect(await json('Input; empty: it stays as it is').inputValue()).toBe('');
    await button('Save').click();
    await page.getByRole('heading', { name: 'Last runs' }).waitFor();
    expect(await input()).toMatchObject({ subject: 'Weekly' });
    isClean();
  });

  test.each(['light', 'dark'] as const)('is fit for everybody to use, in the %s theme', async (theme) => {
    await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await show('new');
      await choose('mail/send');
      await field('Subject line *').waitFor();
      await part('replyTo').getByRole('checkbox', { name: 'replyTo' }).check();
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
    isClean();
  });

  test('shows what a schema says as text, whatever it says', async () => {
    await show('new');
    await choose('hostile');
    await page.locator('fieldset').first().waitFor();
    expect(await page.locator('fieldset small').allTextContents()).toEqual(
      expect.arrayContaining(HOSTILE_TEXTS.filter((one) => one !== '__proto__')),
    );
    expect(await findIntruders(page)).toEqual([]);
    expect(await page.evaluate('({}).polluted')).toBeUndefined();
    isClean();
  });
});
