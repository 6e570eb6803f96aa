import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { ParentOutcome } from './parent-outcomes.ts';
import type { Scene } from './testing/scene.ts';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const first = defineJob<{ fail?: boolean }, number>({ name: 'first', maxAttempts: 1 });
const then = defineJob<null, readonly ParentOutcome[]>({ name: 'then' });

/** A worker that ends `first` as its input says, and whose `then` gives back what it learns of its parents. */
async function startWorker(scene: Scene): Promise<void> {
  const worker = scene.worker({ concurrency: 20 });
  worker.handle(first, ({ fail = false }) => {
    if (fail) throw new Error('no luck');
    return 42;
  });
  worker.handle(then, (_input, ctx) => ctx.parents());
  await worker.start();
}

const stateOf = async (scene: Scene, id: string): Promise<unknown> => {
  const job = await scene.client.get(id);
  return job !== undefined && 'state' in job ? job.state : undefined;
};

/** Nothing remembers any bond between jobs. */
async function expectNothingTied(scene: Scene): Promise<void> {
  const keys = (await scene.call('KEYS', `{${scene.target.namespace}:*`)) as string[];
  expect(keys.filter((key) => /:(children|waits|parents|awaiting|todo)\b/.test(key))).toEqual([]);
}

describe('a continuation', () => {
  test('waits for its parent, and gets the result', async () => {
    const scene = stage.open();
    const parent = await scene.client.enqueue(first, {});
    const child = await scene.client.continueWith(parent, then, null);
    expect(await stateOf(scene, child.id)).toBe('awaiting');
    await startWorker(scene);
    expect(await child.result()).toEqual([
      { id: parent.id, name: 'first', state: 'succeeded', result: 42, isTooLong: false },
    ]);
    await expectNothingTied(scene);
  });

  test('runs at once when its parent has ended already', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const parent = await scene.client.enqueue(first, {});
    await parent.result();
    const child = await scene.client.continueWith(parent.id, then, null);
    expect(await child.result()).toMatchObject([{ id: parent.id, result: 42 }]);
    await expectNothingTied(scene);
  });

  test('can be attached while its parent runs', async () => {
    const scene = stage.open();
    const [started, gate] = [new Gate(), new Gate()];
    const worker = scene.worker({});
    worker.handle(first, async () => {
      started.open();
      await gate.opened;
      return 1;
    });
    worker.handle(then, (_input, ctx) => ctx.parents());
    await worker.start();
    const parent = await scene.client.enqueue(first, {});
    await started.opened;
    const child = await scene.client.continueWith(parent, then, null);
    gate.open();
    expect(await child.result()).toMatchObject([{ result: 1 }]);
  });

  test.each([
    ['succeeded', false, true],
    ['failed', false, false],
    ['cancelled', false, false],
    ['finished', false, true],
    ['failed', true, true],
    ['finished', true, true],
    ['cancelled', true, 'awaiting'],
    ['succeeded', true, 'awaiting'],
  ] as const)('on %s, when its parent fails: %s, runs: %s', async (on, fail, runs) => {
    const scene = stage.open();
    const parent = await scene.client.enqueue(first, { fail });
    const before = await scene.client.continueWith(parent, then, null, { on });
    await startWorker(scene);
    await parent.result().catch(() => undefined);
    const after = await scene.client.continueWith(parent, then, null, { on });
    const state = { true: 'succeeded', false: 'cancelled', awaiting: 'awaiting' }[String(runs)];
    for (const { id } of [before, after])
      await eventually(async () => expect(await stateOf(scene, id)).toBe(state));
  });

  test('is told the error of a parent that failed', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const parent = await scene.client.enqueue(first, { fail: true });
    const child = await scene.client.continueWith(parent, then, null, { on: 'failed' });
    expect(await child.result()).toMatchObject([{ state: 'failed', error: { message: 'no luck' } }]);
  });

  test('whose parent failed runs when the parent has succeeded after all', async () => {
    const scene = stage.open();
    let fails = true;
    const worker = scene.worker({});
    worker.handle(first, () => {
      if (fails) throw new Error('no luck');
      return 7;
    });
    worker.handle(then, (_input, ctx) => ctx.parents());
    await worker.start();
    const parent = await scene.client.enqueue(first, {});
    const child = await scene.client.continueWith(parent, then, null);
    await parent.result().catch(() => undefined);
    expect(await stateOf(scene, child.id)).toBe('awaiting');
    fails = false;
    await scene.client.requeue(parent.id);
    expect(await child.result()).toMatchObject([{ result: 7 }]);
    await expectNothingTied(scene);
  });

  test.each(['cancel', 'delete'] as const)(
    'is cancelled when its parent goes by %s, and so are its own children',
    async (verb) => {
      const scene = stage.open();
      const parent = await scene.client.enqueue(first, {});
      const child = await scene.client.continueWith(parent, then, null);
      const grandchild = await scene.client.continueWith(child, then, null);
      const mourner = await scene.client.continueWith(child, then, null, { on: 'cancelled' });
      await scene.client[verb](parent.id);
      await startWorker(scene);
      await expect(child.result()).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
      await expect(grandchild.result()).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
      expect(await mourner.result()).toMatchObject([{ id: child.id, state: 'cancelled' }]);
      await expectNothingTied(scene);
    },
  );

  test.each([1, 4])(
    'is cancelled when the record of its parent is damaged, with %i shards',
    async (shards) => {
      const scene = stage.open({ shards });
      const children = [];
      // Jobs without keys go round the shards: none is left out.
      for (let n = 0; n < shards; n++) {
        const parent = await scene.client.enqueue(first, {});
        children.push(await scene.client.continueWith(parent, then, null));
        await scene.call('SET', `${scene.prefix(shardOf(parent.id))}job:${parent.id}`, 'damaged');
      }
      expect(new Set(children.map(({ id }) => shardOf(id))).size).toBe(shards);
      await startWorker(scene);
      for (const child of children)
        await expect(child.result()).rejects.toMatchObject({ code: 'JOB_CANCELLED' });
      await expectNothingTied(scene);
    },
  );

  test.each([
    ['succeeded', 'cancelled'],
    ['failed', 'cancelled'],
    ['cancelled', 'succeeded'],
    ['finished', 'succeeded'],
  ] as const)('on %s, when its parent is cancelled while it runs: %s', async (on, state) => {
    const scene = stage.open();
    const [started, gate] = [new Gate(), new Gate()];
    const told: unknown[] = [];
    const worker = scene.worker();
    worker.handle(first, async () => {
      started.open();
      await gate.opened;
      return 42;
    });
    worker.handle(then, async (_input, ctx) => {
      told.push(...(await ctx.parents()));
      return [];
    });
    await worker.start();
    const parent = await scene.client.enqueue(first, {});
    await started.opened;
    const child = await scene.client.continueWith(parent, then, null, { on });
    await scene.client.cancel(parent.id);
    // The handler of the parent has not ended.
    await eventually(async () => expect(await stateOf(scene, child.id)).toBe(state));
    gate.open();
    await worker.stop();
    // What it returned afterwards changes nothing.
    expect(await stateOf(scene, parent.id)).toBe('cancelled');
    const { state: last, history } = await scene.job(child.id);
    const reasons = history.map(({ detail }) => detail).filter((detail) => detail !== undefined);
    const cancelled = { reason: 'PARENT_ENDED', parent: parent.id };
    expect(last).toBe(state);
    expect(reasons).toMatchObject(state === 'cancelled' ? [cancelled] : []);
    expect(told).toMatchObject(state === 'cancelled' ? [] : [{ id: parent.id, state: 'cancelled' }]);
    await expectNothingTied(scene);
  });

  test('can wait a while after its parent', async () => {
    const scene = stage.open();
    await startWorker(scene);
    const parent = await scene.client.enqueue(first, {});
    const child = await scene.client.continueWith(parent, then, null, { in: 300 });
    await parent.result();
    const ended = performance.now();
    await child.result();
    expect(performance.now() - ended).toBeGreaterThan(250);
  });

  test('of a job that does not exist is refused', async () => {
    const scene = stage.open();
    const parent = await scene.client.enqueue(first, {});
    await scene.client.delete(parent.id);
    await expect(scene.client.continueWith(parent, then, null)).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
    });
  });
});

describe.each([1, 4])('a continuation of several parents, with %i shards,', (shards) => {
  /** Parents whose keys lie together, that end as these say. */
  const enqueueParents = async (scene: Scene, ends: readonly { fail?: boolean }[]): Promise<string[]> => {
    const handles = ends.map((input, n) => scene.client.enqueue(first, input, { key: `{sum}:${n}` }));
    return (await Promise.all(handles)).map(({ id }) => id);
  };

  test('waits for all of them', async () => {
    const scene = stage.open({ shards });
    const parents = await enqueueParents(scene, [{}, {}, {}]);
    const child = await scene.client.continueWith(parents, then, null);
    await startWorker(scene);
    const told = await child.result();
    expect(told.map(({ id }) => id).toSorted()).toEqual(parents.toSorted());
    await expectNothingTied(scene);
  });

  test('waits for those that have not ended yet', async () => {
    const scene = stage.open({ shards });
    await startWorker(scene);
    const [ended = ''] = await enqueueParents(scene, [{}]);
    await scene.client.result(ended);
    const late = await scene.client.schedule(first, {}, { in: '1h', key: '{sum}:late' });
    const child = await scene.client.continueWith([ended, late], then, null);
    expect(await stateOf(scene, child.id)).toBe('awaiting');
    await scene.client.reschedule(late.id, { in: 0 });
    expect((await child.result()).map(({ id }) => id).toSorted()).toEqual([ended, late.id].toSorted());
    await expectNothingTied(scene);
  });

  test('runs at once when all of them have ended', async () => {
    const scene = stage.open({ shards });
    await startWorker(scene);
    const parents = await enqueueParents(scene, [{}, {}]);
    await Promise.all(parents.map((id) => scene.client.result(id)));
    const child = await scene.client.continueWith(parents, then, null);
    expect(await child.result()).toHaveLength(2);
    await expectNothingTied(scene);
  });

  test('on finished runs however they end, and is told how each did', async () => {
    const scene = stage.open({ shards });
    const parents = await enqueueParents(scene, [{}, { fail: true }, {}]);
    const child = await scene.client.continueWith(parents, then, null, { on: 'finished' });
    await scene.client.cancel(parents[2] ?? '');
    expect(await stateOf(scene, child.id)).toBe('awaiting');
    await startWorker(scene);
    const told = Object.fromEntries((await child.result()).map(({ id, state }) => [id, state]));
    expect(parents.map((id) => told[id])).toEqual(['succeeded', 'failed', 'cancelled']);
    await expectNothingTied(scene);
  });

  test('is cancelled once by the first that ends otherwise, whatever the others do', async () => {
    const scene = stage.open({ shards });
    const parents = await enqueueParents(scene, [{}, {}, {}]);
    const child = await scene.client.continueWith(parents, then, null);
    await scene.client.cancel(parents[1] ?? '');
    expect(await stateOf(scene, child.id)).toBe('cancelled');
    await startWorker(scene);
    await Promise.all([0, 2].map((n) => scene.client.result(parents[n] ?? '')));
    const { state, history } = await scene.job(child.id);
    expect([state, history.length]).toEqual(['cancelled', 1]);
    expect(history[0]?.detail).toMatchObject({ reason: 'PARENT_ENDED', parent: parents[1] });
    await expectNothingTied(scene);
  });
});

test('a continuation is refused when its parents lie in several shards, or its own key lies elsewhere', async () => {
  const scene = stage.open({ shards: 4 });
  // The slots of these two lie in different shards.
  const one = await scene.client.enqueue(first, {}, { key: 'a' });
  const other = await scene.client.enqueue(first, {}, { key: 'b' });
  const apart = scene.client.continueWith([one, other], then, null);
  await expect(apart).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  const keyed = scene.client.continueWith(one, then, null, { key: 'b' });
  await expect(keyed).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  expect(await scene.monitor.counts()).toMatchObject({ enqueued: 2, awaiting: 0 });
});

test('a chain of 1,000 runs to its end, one after the other', async () => {
  const scene = stage.open();
  const order: number[] = [];
  const link = defineJob<number>({ name: 'link' });
  const worker = scene.worker({ concurrency: 20 });
  worker.handle(link, (n) => void order.push(n));
  let last = await scene.client.enqueue(link, 0);
  for (let n = 1; n < 1000; n++) last = await scene.client.continueWith(last, link, n);
  await worker.start();
  await last.result({ timeoutMs: 60_000 });
  expect(order).toEqual(Array.from({ length: 1000 }, (_, n) => n));
  await expectNothingTied(scene);
});

test('2,000 children of one parent all run', async () => {
  const scene = stage.open();
  const parent = await scene.client.enqueue(first, {});
  const children = await Promise.all(
    Array.from({ length: 2000 }, () => scene.client.continueWith(parent, then, null)),
  );
  await startWorker(scene);
  await Promise.all(children.map((child) => child.result({ timeoutMs: 60_000 })));
  await delay(0);
  await expectNothingTied(scene);
});
