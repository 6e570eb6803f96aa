import { node } from '@linstock/core';
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
const PAGES = [
  '',
  'jobs',
  'errors',
  'queues',
  'recurring',
  'batches',
  'workers',
  'operations',
  'limits',
  'alerts',
  'audit',
  'redis',
  'new',
];

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('the dashboard in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;
  let report: PageReport;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.worker({ concurrency: 5, queues: ['default', 'mail'] });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'admin' });
    page = viewer.page;
    report = viewer.report;
  });
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });

  const show = async (path: string): Promise<void> => {
    await openPage(page, `${viewer.origin}/#/${path}`);
  };
  const stateOf = async (id: string): Promise<string | undefined> => {
    const job = await stage.client.get(id);
    return job !== undefined && 'state' in job ? job.state : undefined;
  };
  const text = async (): Promise<string> => page.locator('main').innerText();

  test('shows how the installation is, and follows it without being asked', async () => {
    await show('');
    await stage.enqueueMany(Array.from({ length: 20 }, () => ({})));
    await eventually(async () => expect(await page.locator('.tile.succeeded strong').innerText()).toBe('20'));
    await page.locator('.chart canvas').waitFor();
    expect(report.problems).toEqual([]);
  });

  test('a job that failed is found by its error, looked at, and run again', async () => {
    const { id } = await stage.client.enqueue(act, { failures: 1 }, { maxAttempts: 1 });
    await eventually(async () => expect(await stateOf(id)).toBe('failed'));
    await show('errors');
    await page.getByText('this attempt was asked to fail').first().waitFor();
    await page.locator('tbody td.n a').first().click();
    await page.getByText('1 found').waitFor();
    await page.getByText(id).waitFor();
    await show('errors');
    await page.locator('tbody a code').first().click();
    await page.locator('summary', { hasText: 'Stack' }).waitFor();
    await page.getByRole('button', { name: 'Requeue' }).click();
    await eventually(async () => expect(await text()).toContain('Requeued'));
    expect(report.problems).toEqual([]);
  });

  test('all jobs that failed alike are run again at once, and no other', async () => {
    const once = { maxAttempts: 1, queue: 'mail' } as const;
    const alike = await stage.client.enqueueMany(
      act,
      Array.from({ length: 12 }, () => ({ failures: 1 })),
      once,
    );
    for (const { id } of alike) await eventually(async () => expect(await stateOf(id)).toBe('failed'));
    await show('errors');
    await page.locator('tbody tr', { hasText: 'asked to fail' }).getByRole('button').click();
    await page.getByRole('dialog').getByLabel('Requeue').check();
    await page.getByRole('button', { name: /^Requeue all/ }).click();
    await eventually(async () => expect(await page.locator('dialog').innerText()).toContain('Done'));
    await page.getByRole('button', { name: 'Back' }).click();
    const job = await stage.client.get(alike[0]?.id ?? '');
    expect(job).toMatchObject({
      history: expect.arrayContaining([expect.objectContaining({ what: 'requeued' })]),
    });
    expect(report.problems).toEqual([]);
  });

  test('the audit log tells who did what, and shows only what is asked for', async () => {
    const { id } = await stage.client.enqueue(act, {}, { queue: 'nobody' });
    await stage.client.cancel(id, { by: 'grace', reason: 'it was a test' });
    await show('audit');
    const row = page.locator('tbody tr', { hasText: 'grace' });
    await row.getByText('it was a test').waitFor();
    // In words, and as a search for it is written.
    expect(await row.getByRole('button', { name: 'cancelled', exact: true }).getAttribute('title')).toBe(
      'cancel',
    );
    await row.getByRole('button', { name: 'grace' }).click();
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(1));
    await page.locator('tbody a').click();
    await page.getByRole('heading', { name: 'act' }).waitFor();
    expect(report.problems).toEqual([]);
  });

  test('who waits for a limit, and who has it, is shown', async () => {
    const limited = { concurrency: { key: 'printer' } };
    const jobs = await stage.client.enqueueMany(
      act,
      Array.from({ length: 4 }, () => ({ ms: 60_000 })),
      limited,
    );
    await show('limits');
    const row = page.locator('tbody tr', { hasText: 'printer' });
    await eventually(async () => expect(await row.locator('td.n').first().innerText()).toBe('3'));
    expect(await row.locator('a.badge').count()).toBe(2);
    for (const { id } of jobs) await stage.client.cancel(id);
    await page.getByText('No job waits for a limit').waitFor();
    expect(report.problems).toEqual([]);
  });

  test('who is known by the application has no button to sign out', async () => {
    await page.locator('.settings').getByText('ada').waitFor();
    expect(await page.getByRole('button', { name: 'Sign out' }).count()).toBe(0);
  });

  test('Redis is shown as it describes itself', async () => {
    await show('redis');
    await page.getByText('refuses new jobs, loses none').waitFor();
    expect(await text()).toContain(new URL(redis.url).host);
    expect(report.problems).toEqual([]);
  });

  test('jobs are selected and cancelled; all that match are deleted after a count', async () => {
    await stage.client.queue('later').pause();
    for (let n = 0; n < 7; n++) await stage.client.enqueue(act, {}, { queue: 'later' });
    await show('jobs?state=enqueued&queue=later');
    await page.locator('tbody input').first().check();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await eventually(async () => expect((await stage.client.queue('later').counts()).enqueued).toBe(6));
    await page.getByRole('button', { name: /All .* that match/ }).click();
    await page.getByRole('dialog').getByLabel('Delete', { exact: true }).check();
    const sure = page.getByRole('button', { name: 'Delete all 6 jobs that match' });
    const howMany = page.getByLabel('To delete them for good');
    await howMany.fill('7');
    expect(await sure.isDisabled()).toBe(true);
    await howMany.fill('6');
    await sure.click();
    await eventually(async () => expect((await stage.client.queue('later').counts()).enqueued).toBe(0));
    await page.getByRole('button', { name: 'Back' }).click();
    expect(report.problems).toEqual([]);
  });

  test('jobs are moved and put off: those that are selected, one, and all that match', async () => {
    const ids = await stage.enqueueMany([{}, {}, {}, {}], { queue: 'from' });
    await show('jobs?state=enqueued&queue=from');
    for (const i of [0, 1]) await page.locator('tbody tr').nth(i).locator('input').check();
    await page.getByRole('button', { name: 'Move…', exact: true }).click();
    await page.locator('dialog').getByLabel('Queue').fill('there');
    await page.locator('dialog').getByText('No queue has this name').waitFor();
    await page.locator('dialog').getByRole('button', { name: 'Move' }).click();
    await eventually(async () => expect((await stage.client.queue('there').counts()).enqueued).toBe(2));
    await show(`jobs/${ids[3]}`);
    await page.getByRole('button', { name: 'Reschedule…' }).click();
    await page.locator('dialog').getByLabel('Due in').fill('2h');
    await page.locator('dialog').getByRole('button', { name: 'Reschedule' }).click();
    await eventually(async () => expect(await stateOf(ids[3] ?? '')).toBe('scheduled'));
    await show('jobs?state=enqueued&queue=there');
    await page.getByRole('button', { name: 'All 2 that match' }).click();
    await page.locator('dialog').getByText('Move', { exact: true }).click();
    await page.locator('dialog').getByLabel('Priority').selectOption('low');
    await page.getByRole('button', { name: 'Move all 2 jobs that match' }).click();
    await eventually(async () =>
      expect((await stage.client.queue('there').counts()).byPriority).toMatchObject({ low: 2 }),
    );
    await page.getByRole('button', { name: 'Back' }).click();
    expect(report.problems).toEqual([]);
  });

  test('a job that waits says why in whole sentences, in each language', async () => {
    const { client } = stage;
    await client.queue('later').pause({ by: 'grace' });
    const [paused, alone, due] = await Promise.all([
      client.enqueue(act, {}, { queue: 'later' }),
      client.enqueue(act, {}, { queue: 'nobody' }),
      client.schedule(act, {}, { in: '1h' }),
    ]);
    const after = await client.continueWith(alone, act, {});
    const sentences = {
      [paused.id]: ['queue later is paused by', 'later kuyruğu duraklatıldı: ', 'صف later متوقف است: '],
      [alone.id]: [
        'no live worker takes queue nobody',
        // How many live depends on whether a lease of an earlier one has run out.
        'nobody kuyruğunu alan canlı çalışan yok; toplam ',
        'هیچ کارگر زنده‌ای صف nobody را برنمی‌دارد؛ روی هم ',
      ],
      [due.id]: ['due at', 'nedeni: gecikmeyle eklendi.', 'زیرا با تأخیر افزوده شده است.'],
      [after.id]: [
        `it waits for ${alone.id} to succeed`,
        `Şunları bekliyor: ${alone.id}: başarılı olmalı (şimdi: kuyrukta).`,
        `منتظر این‌هاست: ${alone.id} که باید موفق باشد (اکنون: در صف).`,
      ],
    };
    await show('');
    for (const [at, language] of ['en', 'tr', 'fa'].entries()) {
      await page.locator('.settings select').selectOption(language);
      for (const [id, said] of Object.entries(sentences)) {
        await show(`jobs/${id}`);
        const why = page.locator('.why bdi').first();
        // The marks that keep names in one piece cannot be seen.
        const read = async (): Promise<string> =>
          (await why.innerText({ timeout: 2000 })).replaceAll(/[\u2068\u2069]/g, '');
        await eventually(async () => expect(await read()).toContain(said[at]));
        expect(await read()).not.toMatch(/[[\]{}]|undefined/);
      }
    }
    await page.locator('.settings select').selectOption('en');
    for (const { id } of [after, alone, due]) await client.cancel(id);
    expect(report.problems).toEqual([]);
  });

  test('a queue is resumed, paused, and purged by its name', async () => {
    await show('queues');
    const row = page.getByRole('row', { name: /later/ });
    await row.getByRole('button', { name: /Purge/ }).click();
    await page.getByRole('dialog').getByLabel('Write its name').fill('later');
    await page.getByRole('dialog').getByRole('button', { name: 'Purge' }).click();
    await eventually(async () => expect((await stage.client.queue('later').counts()).enqueued).toBe(0));
    await row.getByRole('button', { name: 'Resume' }).click();
    await row.getByRole('button', { name: 'Pause' }).waitFor();
    expect(report.problems).toEqual([]);
  });

  test('a queue is purged on its own page, too', async () => {
    await stage.client.schedule(act, {}, { in: '1h', queue: 'letters' });
    await stage.client.enqueueMany(act, [{}, {}], { queue: 'letters' });
    await show('queues/letters');
    await page.getByRole('link', { name: 'normal 2' }).waitFor();
    await page.getByRole('button', { name: /Purge/ }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Purge' }).isDisabled()).toBe(true);
    await dialog.getByLabel('all 2 jobs that wait').fill('letters');
    await dialog.getByLabel('Why').fill('sent by mistake');
    await dialog.getByRole('button', { name: 'Purge' }).click();
    await page.getByRole('link', { name: 'normal 0' }).waitFor();
    expect((await stage.client.queue('letters').counts()).enqueued).toBe(0);
    await show('audit?action=purge&target=letters');
    await page.getByRole('row', { name: 'sent by mistake Waiting: 2' }).waitFor();
    expect(report.problems).toEqual([]);
  });

  test('bulk operations and the audit log tell where jobs went', async () => {
    const [to, filter] = [
      { queue: 'archive', priority: 'low' },
      { state: 'scheduled', queue: 'letters' },
    ] as const;
    await (await stage.client.bulk({ verb: 'move', to, filter })).done();
    for (const path of ['operations', 'audit?action=bulk%20move']) {
      await show(path);
      await page.getByRole('row', { name: /queue:letters.* › .?queue:archive priority:low/ }).waitFor();
    }
    expect(report.problems).toEqual([]);
  });

  test('a recurring job is paused, triggered, and shows its runs', async () => {
    await stage.client.recurring.upsert('nightly', act, {}, { cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
    await show('recurring/nightly');
    await page.getByRole('button', { name: 'Trigger' }).click();
    await eventually(async () => expect((await stage.client.recurring.history('nightly')).length).toBe(1));
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('paused').first().waitFor();
    expect(report.problems).toEqual([]);
  });

  test('a batch shows how far it is', async () => {
    const { id } = await stage.client.batch((batch) => batch.enqueueMany(act, [{}, {}, {}]));
    await show(`batches/${id}`);
    await page.getByText('Succeeded 3').waitFor();
    expect(report.problems).toEqual([]);
  });

  test('a workflow is drawn: who waits for whom, and how each is', async () => {
    const { id, jobs } = await stage.client.workflow({
      fetch: node(act, {}, { displayName: 'Fetch the page' }),
      words: node(act, {}, { after: ['fetch'] }),
      links: node(act, {}, { after: ['fetch'] }),
      report: node(act, {}, { after: ['words', 'links'] }),
    });
    await show(`batches/${id}`);
    await eventually(async () => expect(await page.locator('.graph a.succeeded').count()).toBe(4));
    expect(await page.locator('.graph path').count()).toBe(4);
    await page.locator('.graph a', { hasText: 'Fetch the page' }).click();
    await page.getByRole('heading', { name: 'Fetch the page' }).waitFor();
    await show(`jobs/${jobs.report.id}`);
    expect(await text()).toContain(jobs.words.id);
    await page.getByRole('link', { name: id }).click();
    await page.locator('.graph').waitFor();
    // From right to left, too, names stand in their boxes, and the drawing begins at its beginning.
    await page.getByLabel('Language').selectOption('fa');
    await page.locator('html[dir=rtl]').waitFor();
    const strays = `[...document.querySelectorAll('.graph a')].filter((node) => {
      const box = node.querySelector('rect').getBoundingClientRect();
      return [...node.querySelectorAll('text')].some((text) => {
        const { left, right } = text.getBoundingClientRect();
        return left < box.left || right > box.right;
      });
    }).length`;
    expect(await page.evaluate(strays)).toBe(0);
    await page.locator('.settings select').selectOption('en');
    expect(report.problems).toEqual([]);
  });

  test('a job that tells of itself is heard while it runs', async () => {
    const { id } = await stage.client.enqueue(act, { talk: true, ms: 60_000 });
    await show(`jobs/${id}`);
    await page.locator('.log li').first().waitFor();
    await page.getByRole('heading', { name: 'Progress' }).waitFor();
    await stage.client.cancel(id);
    expect(report.problems).toEqual([]);
  });

  test('every page fits a phone, in both themes and from right to left', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of PAGES) {
      await show(path);
      await fits(page);
    }
    await stage.client.enqueue(act, { failures: 1 }, { maxAttempts: 1 });
    const isInSight = async (what: string): Promise<void> => {
      const box = await page.locator(what).first().boundingBox();
      expect({ what, isInSight: box !== null && box.x >= 0 && box.x + box.width <= 360 }).toEqual({
        what,
        isInSight: true,
      });
    };
    await show('jobs?state=failed');
    await page.locator('tbody .bad-text').first().waitFor();
    await isInSight('tbody .bad-text');
    await show('queues');
    await page.locator('td.buttons button').first().waitFor();
    for (const what of ['tbody td.n', 'td.buttons button.danger']) await isInSight(what);
    await page.getByLabel('Language').selectOption('fa');
    // When its texts are here.
    await page.locator('html[dir=rtl]').waitFor();
    await page.locator('.settings select').selectOption('en');
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(report.problems).toEqual([]);
  });

  test.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.evaluate(`localStorage.setItem('linstock:theme', '${theme}')`);
    await page.reload();
    const { id } = await stage.client.enqueue(act, { failures: 1 }, { maxAttempts: 1 });
    await eventually(async () => expect(await stateOf(id)).toBe('failed'));
    const flow = await stage.client.workflow({
      a: node(act, { talk: true }),
      b: node(act, {}, { after: ['a'] }),
    });
    await flow.jobs.b.result();
    const found: string[] = [];
    for (const path of [...PAGES, `jobs/${id}`, `jobs/${flow.jobs.a.id}`, `batches/${flow.id}`]) {
      await show(path);
      for (const one of await violations(page)) found.push(`${path}: ${one}`);
    }
    expect(found).toEqual([]);
  });

  test('while Redis is away it says so, and goes on by itself', async () => {
    await show('');
    redis.pause();
    await page.locator('.trouble').waitFor();
    redis.resume();
    await page.locator('.trouble').waitFor({ state: 'detached' });
    expect(report.problems).toEqual([]);
  });
});
