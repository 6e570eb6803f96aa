import { defineJob } from '@linstock/core';
import { createDashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, fits, launch, openPage, Site } from '../src/browser.ts';
import { bound, print, sized } from '../src/campaign.ts';
import { longestFrame, watchFrames } from '../src/frames.ts';
import { act, Stage } from '../src/stage.ts';

const executable = findBrowser();
const NAME = 'a-very-long-name.'.repeat(8).slice(0, 128);
const WORDS = 'Invoice for the customer in the north, part two '.repeat(5).slice(0, 128);
const NEVER = Number.POSITIVE_INFINITY;
const WATCH_MS = sized(1500, 15_000);
const long = defineJob<object>({ name: NAME, queue: NAME });

// Without a browser `npm test` says how to get one.
describe.skipIf(executable === undefined)('the layout holds', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let site: Site;
  let browser: Browser;
  let page: Page;
  let id = '';

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    const dashboard = createDashboard({
      redis: redis.url,
      namespace: stage.namespace,
      title: 'production-of-the-shop-in-eu-west-1',
      authorize: () => ({ name: 'augusta.ada.king@lovelace.example', role: 'admin' }),
    });
    site = await Site.serve(dashboard);
    browser = await launch(executable ?? '');
    page = await browser.newPage();
    const input = { ['k'.repeat(200)]: 'v'.repeat(200) };
    ({ id } = await stage.client.enqueue(long, input, { displayName: WORDS, tags: ['t'.repeat(64)] }));
    await stage.client.queue(NAME).pause({ by: 'Augusta Ada King, Countess of Lovelace', reason: WORDS });
    await stage.client.alerts.create({ kind: 'oldest', age: '1s', queue: NAME, name: NAME.slice(0, 100) });
    await stage.client.cancel((await stage.client.enqueue(long, input)).id, { reason: 'r'.repeat(1000) });
    await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        stage.client.recurring.upsert(`recurring-${n}`, long, {}, { cron: `${n % 60} 3 * * *` }),
      ),
    );
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await stage?.close();
    await redis?.stop();
  });

  async function show(path: string): Promise<void> {
    await openPage(page, `${site.origin}/#/${path}`);
  }

  test.each([
    ['a screen', 1280],
    ['a tablet', 800],
    ['a phone', 360],
  ] as const)('with very long names on %s', async (_, width) => {
    await page.setViewportSize({ width, height: 740 });
    const paths = [
      '',
      `jobs/${id}`,
      'jobs',
      'jobs?state=cancelled',
      'queues',
      `queues/${NAME}`,
      'recurring',
      'recurring/recurring-7',
    ];
    for (const path of [...paths, 'alerts', 'audit', 'new']) {
      await show(path);
      await fits(page);
    }
  });

  test('the title of the installation is whole beside a page, and a phone has most of its height for the page', async () => {
    const [title, main] = ["document.querySelector('.brand small')", "document.querySelector('main')"];
    await page.setViewportSize({ width: 1280, height: 740 });
    await show('');
    expect(await page.evaluate(`${title}.scrollHeight <= ${title}.clientHeight + 1`)).toBe(true);
    expect(await page.evaluate(`${title}.scrollWidth <= ${title}.clientWidth`)).toBe(true);
    await page.setViewportSize({ width: 360, height: 740 });
    await show('workers');
    expect(await page.evaluate(`${main}.getBoundingClientRect().top`)).toBeLessThan(150);
    // Where one is can be seen, though the menu scrolls.
    const current = "document.querySelector('.menu [aria-current]').getBoundingClientRect()";
    await eventually(async () =>
      expect(await page.evaluate(`${current}.left >= 0 && ${current}.right <= innerWidth`)).toBe(true),
    );
    await page.setViewportSize({ width: 1280, height: 740 });
  });

  test('of 2,000 queues the deepest are drawn, and any is found by its name', async () => {
    for (let from = 0; from < 2000; from += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, n) => stage.client.enqueue(act, {}, { queue: `q-${from + n}` })),
      );
    await stage.client.enqueueMany(act, [{}, {}, {}], { queue: 'q-1777' });
    const begun = performance.now();
    await show('queues');
    await page.locator('tbody tr').nth(199).waitFor();
    print('2,000 queues', { shownInMs: performance.now() - begun });
    expect(await page.locator('tbody tr').count()).toBe(200);
    await eventually(async () =>
      expect(await page.locator('tbody tr').first().innerText()).toContain('q-1777'),
    );
    await page.getByPlaceholder('Queue', { exact: true }).fill('Q-1234');
    await eventually(async () => expect(await page.locator('tbody tr').count()).toBe(1));
    const pulse = (await (await fetch(`${site.origin}/api/overview`)).json()) as {
      readonly queues: unknown[];
    };
    expect(pulse.queues.length).toBe(100);
  });

  test('a page is soon there, and a live table of 500 rows keeps no frame waiting', async () => {
    const begun = performance.now();
    await show('');
    await page.locator('.tile').first().waitFor();
    const firstMs = performance.now() - begun;
    // Of all tables that follow their data the one with the most rows.
    await stage.client.scheduleMany(
      act,
      Array.from({ length: 600 }, () => ({ pad: 'x'.repeat(40) })),
      { in: '1h' },
    );
    await show('jobs?state=scheduled&rows=500');
    await page.locator('tbody tr').nth(499).waitFor();
    await watchFrames(page);
    const { id: next } = await stage.client.schedule(act, {}, { in: '1m' });
    await page.locator('tbody tr', { hasText: next }).waitFor();
    await page.waitForTimeout(WATCH_MS);
    const longestFrameMs = await longestFrame(page);
    print('500 rows of jobs', { firstMs, longestFrameMs });
    expect(firstMs).toBeLessThan(bound({ promised: 2000, busy: NEVER }));
    expect(longestFrameMs).toBeLessThan(bound({ promised: 100, busy: NEVER }));
  });
});
