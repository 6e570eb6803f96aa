import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../src/browser.ts';
import { Stage } from '../src/stage.ts';
import { Viewer } from '../src/viewer.ts';

// Without a browser `npm test` says how to get one.
describe.skipIf(findBrowser() === undefined)('the dashboard over a bad network', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let viewer: Viewer;
  let page: Page;

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    await stage.enqueueMany([{}, {}], { queue: 'post' });
    viewer = await Viewer.open({ redis: redis.url, namespace: stage.namespace, role: 'viewer' });
    page = viewer.page;
  });
  afterAll(async () => {
    await viewer?.close();
    await stage?.close();
    await redis?.stop();
  });
  afterEach(() => page.unrouteAll({ behavior: 'ignoreErrors' }));

  const open = async (path: string): Promise<void> => {
    await page.goto('about:blank');
    await page.goto(`${viewer.origin}/#/${path}`);
  };

  /** Holds back requests until the test lets them go. */
  async function hold(pattern: RegExp): Promise<() => void> {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route(pattern, async (route: Route) => {
      await released;
      await route.continue();
    });
    return release;
  }

  test('the first page can be used while the script of its charts is under way', async () => {
    const release = await hold(/plot-.*\.js/);
    await open('');
    await page.locator('.tile.enqueued', { hasText: '2' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('j');
    await page.locator('tbody tr').nth(1).waitFor();
    await open('');
    expect(await page.locator('canvas').count()).toBe(0);
    release();
    await page.locator('canvas').first().waitFor();
  });

  test('of two languages the one chosen last is shown, also where its texts come first or the page is left', async () => {
    const release = await hold(/\/(tr|more-tr)-.*\.js/);
    await open('recurring');
    const settings = page.locator('.settings select');
    await settings.selectOption('tr');
    await settings.selectOption('fa');
    await page.locator('html[lang=fa]').waitFor();
    const turkish = page.waitForResponse(/\/more-tr-.*\.js/);
    release();
    await turkish;
    await settings.selectOption('en');
    await page.locator('html[lang=en]').waitFor();
    // What was held is here now, and undoes nothing.
    await page.getByRole('heading', { name: 'Recurring' }).waitFor();
    const releaseAgain = await hold(/\/fa-.*\.js/);
    await open('');
    await settings.selectOption('fa');
    await open('jobs');
    releaseAgain();
    await page.locator('html[lang=fa]').waitFor();
    await settings.selectOption('en');
    await page.locator('html[lang=en]').waitFor();
  });

  test('a page whose script cannot be had says so, and comes after the page was loaded again', async () => {
    await page.route(/more-pages-.*\.js/, (route) => route.abort());
    await open('queues');
    const reload = page.getByRole('button', { name: 'Load the page again' });
    await reload.waitFor();
    await page.unrouteAll();
    await reload.click();
    await page.locator('tbody a', { hasText: 'post' }).waitFor();
  });

  test('where the stream of events does not come through, it asks by itself', async () => {
    await page.route(/api\/live/, (route) => route.abort());
    await open('');
    await page.locator('.tile.enqueued', { hasText: '2' }).waitFor();
    await stage.enqueueMany([{}], { queue: 'post' });
    await eventually(async () => expect(await page.locator('.tile.enqueued strong').innerText()).toBe('3'), {
      timeoutMs: 20_000,
    });
    expect(await page.locator('.trouble').count()).toBe(0);
  });
});
