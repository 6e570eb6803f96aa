import { Client, defineJob, node } from '@linstock/core';
import { createDashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { Worker } from '@linstock/worker';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, launch, openPage, Site, watchPage } from '../src/browser.ts';
import { findIntruders, poisonApi, readHostile } from '../src/hostile-page.ts';
import { HOSTILE_TEXTS } from '../src/hostile-texts.ts';

const executable = findBrowser();
const ALL = new Set(HOSTILE_TEXTS);
const tell = defineJob<{ readonly texts: readonly string[] }>({ name: 'tell', queue: 'told' });
const fail = defineJob<{ readonly text: string }>({ name: 'fail', queue: 'told', maxAttempts: 1 });
const stay = defineJob<object>({ name: 'stay', queue: 'nobody' });
const hold = defineJob<object>({ name: 'hold', queue: 'held' });
const silent = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };

/** Says all it is given by every means that a handler has. */
function createWorker(redis: string): Worker {
  const worker = new Worker({
    redis,
    namespace: 'hostile',
    queues: ['told', 'held'],
    concurrency: 100,
    log: silent,
  });
  worker.handle(tell, async ({ texts }, ctx) => {
    ctx.progress(texts);
    for (const text of texts) ctx.log.info({ [text]: text }, text);
    // Fields win over what the line says of itself.
    ctx.log.info({ at: 1e300, level: { a: 1 }, message: { constructor: null, type: 'script' } }, 'odd');
    return Object.fromEntries(texts.map((text) => [`k${text}`, text]));
  });
  worker.handle(fail, async ({ text }) => {
    const stack = `${text}: ${text}\n    at ${text} (${text}:1:1)`;
    throw Object.assign(new Error(text), { name: text, stack, code: text });
  });
  worker.handle(hold, async (_, { signal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  });
  return worker;
}

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('whatever a text says, the dashboard shows it as text', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let worker: Worker;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let report: PageReport;
  let told = '';
  let flow = '';

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url, namespace: 'hostile' });
    worker = createWorker(redis.url);
    await worker.start();
    site = await Site.serve(
      createDashboard({
        redis: redis.url,
        namespace: 'hostile',
        title: `<img src=x onerror=window.ran=1>`,
        authorize: () => ({ name: `<svg onload=window.ran=1>`, role: 'admin' }),
      }),
    );
    browser = await launch(executable ?? '');
    await fill();
  });
  beforeEach(async () => {
    await page?.close();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    report = await watchPage(page, site.origin);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await worker?.stop({ now: true });
    await client?.close();
    await redis?.stop();
  });

  /** Each text in each field that takes any text. */
  async function fill(): Promise<void> {
    told = (await client.enqueue(tell, { texts: HOSTILE_TEXTS })).id;
    const failing: string[] = [];
    for (const [i, text] of HOSTILE_TEXTS.entries()) {
      const about = { displayName: text, tags: [text.slice(0, 64)], metadata: { [text]: text } };
      failing.push((await client.enqueue(fail, { text }, about)).id);
      const { id } = await client.enqueue(
        stay,
        { [text]: text },
        {
          ...about,
          unique: { key: text },
          queue: `q${i}`,
        },
      );
      await client.enqueueMany(hold, [{}, {}], { concurrency: { key: text } });
      await client.queue(`q${i}`).pause({ by: text, reason: text });
      await client.cancel(id, { by: text, reason: text });
    }
    flow = (
      await client.workflow({
        a: node(stay, {}, { displayName: HOSTILE_TEXTS[4] ?? '' }),
        b: node(stay, {}, { displayName: HOSTILE_TEXTS[6] ?? '', after: ['a'] }),
      })
    ).id;
    await client.alerts.create({ kind: 'backlog', count: 1 }, { by: TEXT, reason: TEXT });
    await client.recurring.upsert('nightly', stay, {}, { cron: '0 3 * * *' });
    await client.recurring.pause('nightly', { by: `<b onclick=x>`, reason: TEXT });
    await client.bulk({ verb: 'cancel', filter: { state: 'enqueued', queue: 'x' }, by: TEXT, reason: TEXT });
    await client.result(told);
    await Promise.all(failing.map((id) => client.result(id).catch(() => undefined)));
  }

  /** Opens a page, and tells which of the texts it shows. */
  async function open(path: string): Promise<ReadonlySet<string>> {
    await openPage(page, `${site.origin}/#/${path}`, 'main h1, main .bad-text, main .empty');
    return readHostile(page);
  }

  /** Waits until a page shows one of the texts. */
  async function waitForHostile(path: string): Promise<void> {
    const look = async (): Promise<boolean> => (await readHostile(page)).size > 0;
    await eventually(look).catch(async (cause: unknown) => {
      throw new Error(`${path} shows none: ${await page.locator('main').innerText()}`, { cause });
    });
  }

  /** Nothing but text came of the texts. */
  async function expectClean(path: string): Promise<void> {
    expect([path, await findIntruders(page)]).toEqual([path, []]);
    expect([path, report.problems]).toEqual([path, []]);
  }

  test.each([
    ['display names and errors of jobs', ['jobs?state=failed', 'jobs?state=failed&cursor=50']],
    ['display names and inputs of jobs', ['jobs?state=cancelled', 'jobs?state=cancelled&cursor=50']],
    ['errors and stacks in groups', ['errors']],
    ['what limits are named by', ['limits']],
    ['who paused a queue', ['queues']],
    ['input, result, log and progress of a job', ['jobs/TOLD']],
    ['who did what, and why', ['audit?action=pause', 'audit?action=cancel']],
  ])('%s', async (_, paths) => {
    const read = new Set<string>();
    const readMore = async (): Promise<void> => {
      const seen = await readHostile(page);
      for (const text of seen) read.add(text);
      expect(seen.size).toBeGreaterThan(5);
    };
    for (const path of paths) {
      await open(path.replace('TOLD', told));
      await eventually(readMore);
      await expectClean(path);
    }
    await eventually(async () => {
      await readMore();
      expect([...ALL].filter((text) => !read.has(text))).toEqual([]);
    });
  });

  test('one job: its name, tags, metadata, keys and history', async () => {
    for (const state of ['failed', 'cancelled'] as const) {
      await open(`jobs?state=${state}`);
      await page.locator('tbody td.name a').first().waitFor();
      const addresses = await page.evaluate<readonly string[]>(
        "[...document.querySelectorAll('tbody td.name a')].map((one) => one.hash)",
      );
      for (const address of addresses.slice(0, 6)) {
        await open(address.slice(2));
        await page.getByRole('heading', { name: 'History' }).waitFor();
        expect((await readHostile(page)).size).toBeGreaterThan(0);
        await expectClean(address);
      }
    }
  });

  test('keys of jobs, in their column', async () => {
    await open('search?q=unique:*');
    await page.locator('main summary').first().click();
    await page.getByRole('checkbox', { name: 'Key', exact: true }).check();
    await eventually(async () => {
      const keys = await page.locator('tbody a.badge').allTextContents();
      expect([...ALL].filter((text) => !keys.includes(text))).toEqual([]);
    });
    await expectClean('search');
  });

  test('every page, when each text of each answer is a hostile one', async () => {
    await poisonApi(page);
    const pages = [
      '',
      'jobs',
      'jobs?state=failed',
      `jobs/${told}`,
      'errors',
      'queues',
      'queues/q0',
      'recurring',
    ];
    const more = [
      'recurring/nightly',
      'batches',
      `batches/${flow}`,
      'workers',
      'operations',
      'limits',
      'alerts',
      'audit',
    ];
    for (const path of [...pages, ...more, 'redis', `new?like=${told}`]) {
      await open(path);
      // A form has its texts in its fields.
      if (!path.startsWith('new')) await waitForHostile(path);
      await expectClean(path);
    }
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  });

  test('what stands in the address', async () => {
    await open('');
    const routes = ['', 'jobs/', 'jobs?tag=', 'jobs?state=', 'jobs?queue=', 'jobs?offset=', 'recurring/'];
    const more = ['batches/', 'alerts/', 'audit?actor=', 'audit?before=', 'new?like=', 'sign-in?link='];
    for (const [i, text] of HOSTILE_TEXTS.entries()) {
      for (const [k, route] of [...routes, ...more].entries()) {
        // Each text in one of the places, and each place with some of the texts.
        if ((i + k) % 12 !== 0) continue;
        await page.evaluate(`location.hash = ${JSON.stringify(`#/${route}${encodeURIComponent(text)}`)}`);
        await page.locator('main').filter({ hasText: /\S/ }).waitFor();
      }
      await expectClean(text);
    }
  });

  test('an id in the address names one thing, and no other place of the API', async () => {
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const routes = ['jobs/', 'batches/', 'recurring/', 'new?like='];
    for (const route of routes) {
      await open('');
      await page.evaluate(`location.hash = '#/${route}..%2Fsession%3Fx%2Fy'`);
      await page.locator('main .bad-text, .toasts .bad').first().waitFor();
      await expectClean(route);
    }
    // Once for each time that the dashboard was opened.
    expect(asked.filter((path) => path === '/api/session').length).toBe(routes.length);
  });
});

const TEXT = HOSTILE_TEXTS[0] ?? '';
