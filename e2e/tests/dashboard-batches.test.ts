import { Client, defineJob, node } from '@linstock/core';
import { startRedis } from '@linstock/test-kit/redis';
import { Worker } from '@linstock/worker';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violations } from '../src/axe.ts';
import { findBrowser } from '../src/browser.ts';
import { Viewer } from '../src/viewer.ts';

const executable = findBrowser();
const namespace = 'albums';
const resize = defineJob<{ image: number }>({ name: 'image.resize', maxAttempts: 1 });

describe.skipIf(executable === undefined)('a batch, in a browser', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let worker: Worker;
  let viewer: Viewer;
  let page: Page;
  let hasPaper = false;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url, namespace });
    worker = new Worker({ redis: redis.url, namespace });
    worker.handle(resize, ({ image }) => {
      if (image > 1 && !hasPaper) throw new Error('no paper');
    });
    await worker.start();
    const batch = await client.batch(
      async (b) => {
        await b.enqueueMany(
          resize,
          [1, 2, 3].map((image) => ({ image })),
        );
        await b.batch((inner) => inner.enqueue(resize, { image: 4 }), { name: 'covers' });
      },
      { name: 'album' },
    );
    await batch.finished({ timeoutMs: 60_000 });
    viewer = await Viewer.open({ redis: redis.url, namespace, role: 'operator' });
    page = viewer.page;
    await page.goto(`${viewer.origin}/#/batches/${batch.id}`);
  }, 90_000);
  afterAll(async () => {
    await viewer?.close();
    await worker?.stop();
    await client?.close();
    await redis?.stop();
  });

  const retry = () => page.getByRole('button', { name: 'Retry failed' });

  test.each(['light', 'dark'] as const)('asks before it runs what has failed again, %s', async (theme) => {
    await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`);
    await retry().click();
    // Also that of the batch within.
    await page.getByRole('heading', { name: 'Requeue all 3 jobs that match' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Back' }).click();
    expect(viewer.report.problems).toEqual([]);
  });

  test('is drawn with lines around what they pass; a job that waited in vain tells for what', async () => {
    const flow = await client.workflow({
      links: node(resize, { image: 5 }),
      editor: node(resize, { image: 1 }, { after: ['links'] }),
      publish: node(resize, { image: 1 }, { after: ['editor', 'links'] }),
    });
    await page.goto(`${viewer.origin}/#/batches/${flow.id}`);
    await page.locator('.graph a.cancelled').first().waitFor();
    const through = `[...document.querySelectorAll('.graph path')].filter((path) =>
      [...document.querySelectorAll('.graph rect')].some((rect) => {
        const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => rect[name].baseVal.value);
        return Array.from({ length: 101 }, (_, i) => path.getPointAtLength((path.getTotalLength() * i) / 100))
          .some((at) => at.x > x + 1 && at.x < x + width - 1 && at.y > y && at.y < y + height);
      })).length`;
    expect(await page.evaluate(through)).toBe(0);
    await page.goto(`${viewer.origin}/#/jobs/${flow.jobs.publish.id}`);
    const entry = page.locator('li.cancelled', { hasText: 'Waits for' });
    await entry.getByRole('link', { name: flow.jobs.links.id }).waitFor();
    await entry.locator('.badge', { hasText: 'Failed' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.goBack();
    await page.goBack();
    expect(viewer.report.problems).toEqual([]);
  });

  test('runs again what has failed of it, and of the batches within', async () => {
    hasPaper = true;
    await retry().click();
    await page.getByRole('heading', { name: 'Requeue all 3 jobs that match' }).waitFor();
    await page.getByRole('button', { name: 'Requeue all 3 jobs that match' }).click();
    await page.locator('dialog').getByText('3 · Done').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.locator('h1 .badge', { hasText: 'Succeeded' }).waitFor();
    expect(await retry().count()).toBe(0);
    expect(viewer.report.problems).toEqual([]);
  });

  test('shows its members page by page', async () => {
    const images = Array.from({ length: 150 }, () => ({ image: 1 }));
    const large = await client.batch((b) => b.enqueueMany(resize, images));
    await page.goto(`${viewer.origin}/#/batches/${large.id}`);
    await page.getByText('1–100 of 150').waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText('101–150 of 150').waitFor();
    expect(await page.locator('tbody tr').count()).toBe(50);
    expect(await page.getByRole('button', { name: 'Next' }).isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Previous' }).click();
    await page.getByText('1–100 of 150').waitFor();
    expect(viewer.report.problems).toEqual([]);
  });

  test('says before it runs a node again that those cancelled because of it stay so', async () => {
    hasPaper = false;
    const flow = await client.workflow({
      cover: node(resize, { image: 2 }),
      print: node(resize, { image: 1 }, { after: ['cover'] }),
    });
    await expect.poll(async () => client.batches.get(flow.id)).toMatchObject({ failed: 1, cancelled: 1 });
    await page.goto(`${viewer.origin}/#/batches/${flow.id}`);
    await retry().click();
    await page.getByRole('heading', { name: 'Requeue the 1 job that matches' }).waitFor();
    expect(await page.getByRole('dialog').innerText()).toContain('cancelled because of these failures stays');
    expect(await violations(page)).toEqual([]);
    expect(viewer.report.problems).toEqual([]);
  });

  test('draws a job that is gone as a place that others have waited for', async () => {
    hasPaper = true;
    const flow = await client.workflow({
      text: node(resize, { image: 2 }),
      cover: node(resize, { image: 3 }, { after: ['text'] }),
    });
    const { text } = flow.jobs;
    await expect.poll(async () => client.batches.get(flow.id)).toMatchObject({ state: 'succeeded' });
    await client.delete(text.id);
    await page.goto(`${viewer.origin}/#/batches/${flow.id}`);
    await page.locator('.graph a.gone', { hasText: text.id.slice(-8) }).waitFor();
    expect(await page.locator('.graph path').count()).toBe(1);
    expect(viewer.report.problems).toEqual([]);
  });
});
