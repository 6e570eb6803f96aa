import { setTimeout as delay } from 'node:timers/promises';
import { Client, defineJob } from '@linstock/core';
import type { Dashboard } from '@linstock/dashboard';
import { createDashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { Worker } from '@linstock/worker';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser, launch, Site } from '../src/browser.ts';
import { bound, print, sized, TEST_MS } from '../src/campaign.ts';
import { longestFrame, watchFrames } from '../src/frames.ts';
import { workDuring } from '../src/redis-time.ts';

const executable = findBrowser();
const JOBS = sized(5000, 500_000);
const AT_ONCE = 5000;
const QUEUES = 20;
const LOOKS = sized(1, 7);
const ENDED = sized(200, 10_000);
const RECURRING = sized(300, 10_000);
const crawl = defineJob<{ readonly page: string }>({ name: 'site.crawl' });
const charge = defineJob<{ readonly cents: number }>({
  name: 'invoice.charge',
  queue: 'ended',
  maxAttempts: 1,
});
const silent = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };
const NEVER = Number.POSITIVE_INFINITY;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe(`with ${JOBS} waiting and ${JOBS} delayed jobs`, () => {
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let client: Client;
  let dashboard: Dashboard;
  let id = '';

  const inputs = (from: number): { page: string }[] =>
    Array.from({ length: AT_ONCE }, (_, i) => ({ page: `/pages/${from + i}` }));

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client({ redis: redis.url, namespace: 'large' });
    for (let from = 0; from < JOBS; from += AT_ONCE) {
      const queue = `q${(from / AT_ONCE) % QUEUES}`;
      const tags = from === 0 ? { tags: ['first'] } : {};
      const [first] = await client.enqueueMany(crawl, inputs(from), { queue, ...tags });
      if (from === 0) id = first?.id ?? '';
      await client.scheduleMany(crawl, inputs(from), { in: '1d', queue });
    }
    await endSome();
    await defineSome();
    dashboard = createDashboard({
      redis: redis.url,
      namespace: 'large',
      authorize: () => ({ name: 'ada', role: 'admin' }),
    });
  }, TEST_MS);

  /** As many as retention keeps: half of them fail. */
  async function endSome(): Promise<void> {
    const worker = new Worker({ redis: redis.url, namespace: 'large', queues: ['ended'], log: silent });
    worker.handle(charge, async ({ cents }) => {
      if (cents % 2 === 0) throw new Error(`card ${cents} was declined`);
      return { charged: cents };
    });
    for (let from = 0; from < 2 * ENDED; from += AT_ONCE) {
      const amounts = Array.from({ length: Math.min(AT_ONCE, 2 * ENDED) }, (_, i) => ({ cents: from + i }));
      await client.enqueueMany(charge, amounts);
    }
    await worker.start();
    const isDone = async (): Promise<boolean> => (await client.queue('ended').counts()).enqueued === 0;
    await eventually(isDone, { timeoutMs: TEST_MS });
    await worker.stop();
  }

  async function defineSome(): Promise<void> {
    const ids = Array.from({ length: RECURRING }, (_, i) => `report-${i}`);
    for (let from = 0; from < RECURRING; from += 500)
      await Promise.all(
        ids
          .slice(from, from + 500)
          .map((one) => client.recurring.upsert(one, crawl, { page: '/' }, { cron: '0 3 * * *' })),
      );
  }

  afterAll(async () => {
    await dashboard?.close();
    await client?.close();
    await redis?.stop();
  });

  async function get(path: string): Promise<void> {
    const response = await dashboard.fetch(new Request(`http://localhost/api/${path}`));
    expect([path, response.status]).toEqual([path, 200]);
    await response.arrayBuffer();
  }

  const pulseIsOld = (): Promise<void> => delay(1100);

  const last = Math.min(JOBS, 100_000) - 50;
  test.each([
    'overview',
    'queues',
    'queues/q0',
    'jobs?state=enqueued',
    'jobs?state=enqueued&limit=500',
    `jobs?state=enqueued&offset=${last}`,
    `jobs?state=enqueued&cursor=${JOBS - 50}`,
    'jobs?state=enqueued&queue=q0',
    'jobs?state=enqueued&queue=q0&offset=4000',
    'jobs?state=scheduled',
    `jobs?state=scheduled&offset=${last}&limit=500`,
    `jobs?state=scheduled&cursor=${JOBS - 50}`,
    'jobs?state=processing',
    'jobs?state=succeeded',
    `jobs?state=succeeded&offset=${Math.max(0, ENDED - 500)}&limit=500`,
    'jobs?state=failed',
    `jobs?state=failed&offset=${Math.max(0, ENDED - 500)}&limit=500`,
    'jobs?state=awaiting',
    'jobs?state=cancelled',
    'jobs?tag=first',
    'jobs?tag=first&offset=4900',
    'jobs/ID',
    'errors',
    'recurring',
    `recurring?offset=${RECURRING - 50}`,
    'recurring?text=nothing',
    'recurring?state=missed',
    'batches',
    'operations',
    'limits',
    'alerts',
    'alerts/events',
    'audit',
    'servers',
  ])('the page %s is quick for who asks and for Redis', async (path) => {
    const address = path.replace('ID', id);
    await get(address);
    const times: number[] = [];
    const works: number[] = [];
    for (let look = 0; look < LOOKS; look++) {
      // A pulse is shared for a second.
      if (LOOKS > 1 && (address === 'overview' || address === 'queues')) await pulseIsOld();
      const work = await workDuring(redis, async () => {
        const begun = performance.now();
        await get(address);
        times.push(performance.now() - begun);
      });
      works.push(work.commandMs);
    }
    print(path, { answeredInMs: median(times), redisMs: median(works) });
    expect(median(times)).toBeLessThan(bound({ promised: 100, busy: NEVER }));
    expect(median(works)).toBeLessThan(bound({ promised: 50, busy: NEVER }));
  });

  // Without a browser `npm test` says how to get one.
  test.skipIf(executable === undefined)(
    'a browser shows first and late pages without a long pause',
    async () => {
      const site = await Site.serve(dashboard);
      const browser = await launch(executable ?? '');
      try {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        const shown: Record<string, number> = {};
        await page.goto(`${site.origin}/#/`);
        await page.locator('.tile').first().waitFor();
        await watchFrames(page);
        for (const path of [
          'jobs',
          'jobs?state=scheduled',
          `jobs?state=scheduled&cursor=${last}`,
          'errors',
          'queues',
        ]) {
          const begun = performance.now();
          await page.evaluate(`location.hash = '#/${path}'`);
          await page.locator('tbody tr').first().waitFor();
          shown[path] = performance.now() - begun;
        }
        const longestFrameMs = await longestFrame(page);
        print('shown in ms', { ...shown, longestFrameMs });
        expect(Math.max(...Object.values(shown))).toBeLessThan(bound({ promised: 1000, busy: NEVER }));
        expect(longestFrameMs).toBeLessThan(bound({ promised: 100, busy: NEVER }));
      } finally {
        await browser.close();
        await site.close();
      }
    },
  );
});
