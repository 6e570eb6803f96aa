import { defineJob, node, resultOf } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, expectTypeOf, test } from 'vitest';
import { expectNothingTied, startWorker, stateOf, work } from './testing/batch-scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const page = defineJob<{ url: string }, { html: string; bytes: number }>({ name: 'page', maxAttempts: 1 });
const count = defineJob<{ html: string; least: number }, number>({ name: 'count', maxAttempts: 1 });
const report = defineJob<{ counts: number[]; bytes: number }, string>({ name: 'report' });

describe('a workflow', () => {
  test('runs its nodes in their order, with the results of those before in their inputs', async () => {
    const scene = stage.open();
    const order: string[] = [];
    const worker = scene.worker();
    worker.handle(page, ({ url }, ctx) => {
      order.push(ctx.name);
      return { html: `<p>${url}</p>`, bytes: url.length };
    });
    worker.handle(count, ({ html, least }, ctx) => {
      order.push(ctx.name);
      return Math.max(html.length, least);
    });
    worker.handle(report, ({ counts, bytes }, ctx) => {
      order.push(ctx.name);
      return `${counts.join('+')} in ${bytes}, batch ${ctx.batch ?? ''}`;
    });
    await worker.start();
    const flow = await scene.client.workflow(
      {
        report: node(report, {
          counts: [resultOf('few', count), resultOf('many', count)],
          bytes: resultOf('page', page).bytes,
        }),
        few: node(count, { html: resultOf('page', page).html, least: 0 }),
        many: node(count, { html: 'x', least: 99 }, { after: ['page'] }),
        page: node(page, { url: 'abc' }),
      },
      { name: 'crawl' },
    );
    const text: string = await flow.jobs.report.result();
    expect(text).toBe(`10+99 in 3, batch ${flow.id}`);
    expect(order).toEqual(['page', 'count', 'count', 'report']);
    expect(await flow.finished()).toMatchObject({ name: 'crawl', state: 'succeeded', total: 4 });
    await expectNothingTied(scene);
  });

  test.each([
    ['a → b → a', { a: ['b'], b: ['a'] }],
    ['a → a', { a: ['a'] }],
    ['b → c → d → b', { a: [], b: ['a', 'd'], c: ['b'], d: ['c'], e: ['d'] }],
  ])('with the cycle %s is refused at once', async (cycle, edges) => {
    const scene = stage.open();
    const nodes = Object.entries(edges).map(([name, after]) => [name, node(work, {}, { after })] as const);
    await expect(scene.client.workflow(Object.fromEntries(nodes))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(`must have no cycle: ${cycle}`),
    });
    expect((await scene.keys()).filter((key) => /^(job|batch):/.test(key))).toEqual([]);
  });

  test.each([
    [
      'a name that no node has',
      { ab: node(work, {}), b: node(work, {}, { after: ['abc'] }) },
      'did you mean "ab"?',
    ],
    ['a node that is none', { a: {} as never }, 'must be what node() returned'],
    ['no node', {}, 'must have 1 to'],
    ['a unique node', { a: node(work, {}, { unique: true }) }, 'must not be set'],
    [
      'a result of a node that may fail',
      {
        a: node(count, { html: '', least: 1 }),
        b: node(count, { html: '', least: resultOf('a', count) }, { after: ['a'], on: 'finished' }),
      },
      'its result is needed',
    ],
  ])('with %s is refused', async (_, nodes, message) => {
    const scene = stage.open();
    await expect(scene.client.workflow(nodes)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining(message),
    });
  });

  test('takes a result only where its type belongs', () => {
    expectTypeOf(resultOf('few', count)).toEqualTypeOf<number>();
    expectTypeOf(resultOf('page', page).html).toEqualTypeOf<string>();
    node(count, { html: resultOf('page', page).html, least: resultOf('few', count) });
    // @ts-expect-error -- a number is no text
    node(count, { html: resultOf('few', count), least: 0 });
    // @ts-expect-error -- a whole page is no text either
    node(count, { html: resultOf('page', page), least: 0 });
    // @ts-expect-error -- a page has no title
    node(count, { html: resultOf('page', page).title, least: 0 });
    // @ts-expect-error -- a list of texts is no list of numbers
    node(report, { counts: [resultOf('page', page).html], bytes: 0 });
  });

  test('cancels what can no longer run, with the reason, runs what can, and ends', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const flow = await scene.client.workflow({
      bad: node(work, { fail: true }),
      good: node(work, {}),
      never: node(work, {}, { after: ['bad', 'good'] }),
      neither: node(work, {}, { after: ['never'] }),
      mourns: node(work, {}, { after: ['bad'], on: 'failed' }),
      always: node(work, {}, { after: ['bad', 'good', 'never'], on: 'finished' }),
    });
    expect(await flow.finished()).toMatchObject({ state: 'failed', succeeded: 3, failed: 1, cancelled: 2 });
    for (const [name, parent] of [
      ['never', 'bad'],
      ['neither', 'never'],
    ] as const) {
      const { state, history } = await scene.job(flow.jobs[name].id);
      expect(state).toBe('cancelled');
      expect(history.at(-1)?.detail).toMatchObject({ reason: 'PARENT_ENDED', parent: flow.jobs[parent].id });
    }
    expect(await stateOf(scene, flow.jobs.always.id)).toBe('succeeded');
    await expectNothingTied(scene);
  });

  test('of 1,000 nodes in layers ends, each node once', async () => {
    const scene = stage.open();
    const ran = await startWorker(scene);
    const nodes = Array.from({ length: 1000 }, (_, i) => {
      const layer = Math.floor(i / 50);
      const after = layer === 0 ? [] : [0, 7, 13].map((step) => `n${(layer - 1) * 50 + ((i + step) % 50)}`);
      return [`n${i}`, node(work, {}, { after })] as const;
    });
    const flow = await scene.client.workflow(Object.fromEntries(nodes));
    expect(await flow.finished({ timeoutMs: 60_000 })).toMatchObject({ state: 'succeeded', total: 1000 });
    expect(ran.members).toBe(1000);
    await expectNothingTied(scene);
  });

  test('whose worker stops in the middle goes on elsewhere', async () => {
    const scene = stage.open();
    const chain = Array.from(
      { length: 30 },
      (_, i) => [`n${i}`, node(work, {}, { after: i === 0 ? [] : [`n${i - 1}`] })] as const,
    );
    const flow = await scene.client.workflow(Object.fromEntries(chain));
    for (let i = 0; i < 3; i++) {
      const worker = scene.worker();
      let left = 5;
      worker.handle(work, () => {
        if (left-- === 1) void worker.stop({ now: true });
        return 1;
      });
      await worker.start();
      await eventually(() => left <= 0);
      await worker.stop({ now: true });
    }
    await startWorker(scene);
    expect(await flow.finished()).toMatchObject({ state: 'succeeded', succeeded: 30 });
  });

  test('fails a node whose needed result was too long to be passed on, and says so', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(page, () => ({ html: 'x'.repeat(100_000), bytes: 1 }));
    worker.handle(count, ({ html }) => html.length);
    await worker.start();
    const flow = await scene.client.workflow({
      page: node(page, { url: '' }),
      count: node(count, { html: resultOf('page', page).html, least: 0 }),
    });
    await expect(flow.jobs.count.result()).rejects.toThrow('has over 64 KiB');
  });

  test('is cancelled as a whole', async () => {
    const scene = stage.open();
    const flow = await scene.client.workflow({
      a: node(work, {}),
      b: node(work, {}, { after: ['a'], in: '1h' }),
    });
    expect(await scene.client.batches.cancel(flow.id)).toBe(true);
    expect(await flow.finished()).toMatchObject({ state: 'cancelled', cancelled: 2 });
  });
});
