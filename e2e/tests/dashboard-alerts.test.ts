import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { createDashboard } from '@linstock/dashboard';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import type { PageReport } from '../src/browser.ts';
import { findBrowser, launch, Site, watchPage } from '../src/browser.ts';
import { Stage } from '../src/stage.ts';

const executable = findBrowser();
const HOSTILE = '<img src=x onerror=alert(1)> "}]${7*7}‮gnp';

describe.skipIf(executable === undefined)('alerts, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let stage: Stage;
  let browser: Browser;
  let site: Site;
  let hook: Server;
  let page: Page;
  let report: PageReport;
  const states: unknown[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    stage = new Stage(redis.url);
    hook = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        states.push((JSON.parse(body) as { state: unknown }).state);
        response.end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const { port } = hook.address() as { port: number };
    site = await Site.serve(
      createDashboard({
        redis: redis.url,
        namespace: stage.namespace,
        authorize: () => ({ name: 'ada', role: 'admin' }),
        alerts: { webhooks: [{ name: 'ops', url: `http://127.0.0.1:${port}/` }] },
      }),
    );
    browser = await launch(executable ?? '');
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(20_000);
    report = await watchPage(page, site.origin);
    await page.goto(`${site.origin}/#/alerts`);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await new Promise((resolve) => (hook === undefined ? resolve(undefined) : hook.close(resolve)));
    await stage?.close();
    await redis?.stop();
  });

  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const row = (name: string) => page.locator('tbody tr', { hasText: name });
  const badge = (text: string) => page.locator('.badge', { hasText: text }).first();

  test('begin with one that is suggested', async () => {
    await page.getByText('An alert tells you when something needs you.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: '+ Failures' }).click();
    await row('Failures').first().waitFor();
    expect(await stage.monitor.alerts()).toMatchObject([{ kind: 'failures', count: 10, withinMs: 300_000 }]);
  });

  test('are made by a form that says what is wrong', async () => {
    await page.getByRole('link', { name: 'New alert' }).click();
    await page.getByRole('combobox', { name: 'Kind' }).selectOption('no-worker');
    await page.getByRole('textbox', { name: 'Name' }).fill(HOSTILE);
    await page.getByRole('textbox', { name: 'Only if it lasts' }).fill('three days');
    await button('Save').click();
    await page.getByRole('alert').filter({ hasText: 'alert.for' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Only if it lasts' }).fill('0s');
    await button('Save').click();
    await row(HOSTILE).first().waitFor();
    expect(report.problems).toEqual([]);
  });

  test('of failures are narrowed to a queue and a name, and lead to these jobs', async () => {
    const narrowed = 'failures: mail, send*';
    await page.getByRole('link', { name: 'New alert' }).click();
    await page.getByRole('combobox', { name: 'Queue; empty: all' }).fill('mail');
    await page.getByRole('combobox', { name: 'Job name; empty: all' }).fill('no name');
    await button('Save').click();
    await page.getByRole('alert').filter({ hasText: 'alert.jobName' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('combobox', { name: 'Job name; empty: all' }).fill('send*');
    await button('Save').click();
    await row(narrowed).locator('.badge', { hasText: 'send*' }).waitFor();
    expect(await stage.monitor.alerts()).toContainEqual(
      expect.objectContaining({ name: narrowed, queue: 'mail', jobName: 'send*', count: 10 }),
    );
    await row(narrowed).locator('.n a').click();
    await page.locator('h1 code', { hasText: 'state:failed queue:mail name:send*' }).waitFor();
    await page.goBack();
    await row(narrowed).getByRole('button', { name: 'Delete' }).click();
    await row(narrowed).getByRole('button', { name: 'Yes, do it' }).click();
    await eventually(async () =>
      expect((await stage.monitor.alerts()).filter(({ name }) => name === narrowed)).toEqual([]),
    );
    expect(report.problems).toEqual([]);
  });

  test('fire without anybody who looks, tell their channels, and call for somebody on every page', async () => {
    await page.goto('about:blank');
    // The dashboard looks by itself, every ten seconds; two looks.
    await eventually(() => expect(states).toEqual(['firing']), { timeoutMs: 90_000 });
    await page.goto(`${site.origin}/#/`);
    await page.getByRole('link', { name: `Alert: ${HOSTILE}` }).waitFor();
    await page.locator('.menu a[href="#/alerts"] .n', { hasText: '1' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: `Alert: ${HOSTILE}` }).click();
    await row(HOSTILE).locator('.badge.failed', { hasText: 'firing' }).waitFor();
    await badge('ops ✓').waitFor();
    expect(report.problems).toEqual([]);
  });

  test('are silenced and changed', async () => {
    await row(HOSTILE).getByRole('combobox', { name: 'Silence' }).first().selectOption('8h');
    await row(HOSTILE).getByRole('button', { name: 'Silence', exact: true }).first().click();
    await badge('silent; ends').waitFor();
    await button('End silence').first().click();
    await badge('silent; ends').waitFor({ state: 'detached' });
    await row('Failures').first().getByRole('link', { name: 'Edit' }).click();
    await page.getByRole('spinbutton', { name: 'More jobs than' }).fill('25');
    await button('Save').click();
    await row('Failures').getByText('25 / 5 min').first().waitFor();
    expect(await stage.monitor.audit({ action: 'change alert' })).toMatchObject([
      { actor: 'ada (dashboard, 127.0.0.1)', details: { name: 'Failures' } },
    ]);
  });

  test('have their channels tried out', async () => {
    await button('Send a test').click();
    await badge('test').waitFor();
    expect(states).toContain('test');
  });

  test('fit a phone, are accessible in both themes, and read from right to left', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const scheme of ['dark', 'light'] as const) {
      await page.evaluate(`localStorage.setItem('linstock:theme', '${scheme}')`);
      await page.reload();
      await row(HOSTILE).first().waitFor();
      expect([scheme, await violations(page)]).toEqual([scheme, []]);
    }
    await page.getByRole('combobox', { name: 'Language' }).selectOption('fa');
    await page.getByRole('heading', { name: 'هشدارها' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('.settings select').selectOption('en');
    expect(report.problems).toEqual([]);
  });

  test('are removed, when somebody is sure', async () => {
    await row('Failures').first().getByRole('button', { name: 'Delete' }).click();
    await row('Failures').first().getByRole('button', { name: 'Yes, do it' }).click();
    await eventually(async () => expect(await stage.monitor.alerts()).toHaveLength(1));
    expect(report.problems).toEqual([]);
  });
});
