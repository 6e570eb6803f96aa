import { setTimeout as delay } from 'node:timers/promises';
import type { FlowOptions, JobHandle } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { shardOf } from '@linstock/core/internal';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

interface Input {
  readonly key: string;
  readonly n: number;
}

const job = defineJob<Input>({ name: 'job', maxAttempts: 1 });
const DAY_MS = 86_400_000;
/** Of four shards each has one of these. */
const KEYS = ['a', 'b', 'c', 'd'];
/** The clock of Redis counts whole ms and is not that of this process. */
const TOLERANCE_MS = 20;

/** A call of a producer: Redis saw it between `sentAt` and `heardAt`, ms. */
interface Call {
  readonly input: Input;
  readonly handle: JobHandle;
  readonly sentAt: number;
  readonly heardAt: number;
}

let calls = 0;

async function enqueue(scene: Scene, key: string, options: FlowOptions<Input>): Promise<Call> {
  const input = { key, n: calls++ };
  const sentAt = performance.now();
  const handle = await scene.client.enqueue(job, input, options);
  return { input, handle, sentAt, heardAt: performance.now() };
}

/** Calls every 20 ms until one has stored a job. */
async function enqueueUntilStored(scene: Scene, key: string, options: FlowOptions<Input>): Promise<Call[]> {
  const made = [await enqueue(scene, key, options)];
  while (made.at(-1)?.handle.status !== 'stored') {
    await delay(20);
    made.push(await enqueue(scene, key, options));
  }
  return made;
}

/** A start of a job. */
interface Start {
  readonly id: string;
  readonly input: Input;
  readonly at: number;
}

/** A worker that notes what it starts. */
async function startWorker(scene: Scene): Promise<Start[]> {
  const starts: Start[] = [];
  const worker = scene.worker({ concurrency: 10 });
  worker.handle(job, (input, ctx) => void starts.push({ id: ctx.id, input, at: performance.now() }));
  await worker.start();
  return starts;
}

/** A window of a key: no other call stores a job before its time is over, and the first one after it does. */
function expectWindow(first: Call, later: readonly Call[], ms: number): void {
  const next = later.at(-1);
  for (const { handle, sentAt } of later.slice(0, -1)) {
    expect(handle).toMatchObject({ id: first.handle.id, status: 'existing' });
    expect(sentAt - first.heardAt).toBeLessThan(ms + TOLERANCE_MS);
  }
  expect(next?.handle.id).not.toBe(first.handle.id);
  expect((next?.heardAt ?? 0) - first.sentAt).toBeGreaterThan(ms - TOLERANCE_MS);
}

describe.each([1, 4])('with %i shards', (shards) => {
  test('throttled jobs run once in each window of their key, with the first input', async () => {
    const scene = stage.open({ shards });
    const starts = await startWorker(scene);
    const stream = async (key: string): Promise<void> => {
      const throttle = { key, per: 400 };
      let first = await enqueue(scene, key, { throttle });
      const stored = [first];
      for (let window = 0; window < 3; window++) {
        const later = await enqueueUntilStored(scene, key, { throttle });
        expectWindow(first, later, throttle.per);
        first = later.at(-1) ?? first;
        stored.push(first);
      }
      await Promise.all(stored.map(({ handle }) => handle.result()));
      const ran = starts.filter(({ input }) => input.key === key);
      expect(ran.map(({ input }) => input)).toEqual(stored.map(({ input }) => input));
    };
    await Promise.all(KEYS.map(stream));
  });

  test('a throttled burst is one job', async () => {
    const scene = stage.open({ shards });
    const starts = await startWorker(scene);
    const burst = KEYS.flatMap((key) =>
      Array.from({ length: 25 }, () => enqueue(scene, key, { throttle: { key, per: '1h' } })),
    );
    const made = await Promise.all(burst);
    const stored = made.filter(({ handle }) => handle.status === 'stored');
    await Promise.all(stored.map(({ handle }) => handle.result()));
    // They have ended, and their windows have not.
    const late = await Promise.all(KEYS.map((key) => enqueue(scene, key, { throttle: { key, per: '1h' } })));
    const idsOf = (some: readonly Call[]): Set<string> => new Set(some.map(({ handle }) => handle.id));
    expect(stored.map(({ input }) => input.key).toSorted()).toEqual(KEYS);
    expect([idsOf(made), idsOf(late)]).toEqual([idsOf(stored), idsOf(stored)]);
    expect(starts).toHaveLength(KEYS.length);
  });

  test('debounced jobs run with the last input, when nobody has asked again for their wait', async () => {
    const scene = stage.open({ shards });
    const starts = await startWorker(scene);
    const stream = async (key: string): Promise<void> => {
      const debounce = { key, wait: 300 };
      // Altogether they take far longer than the wait: each of them must begin it anew.
      const made = [await enqueue(scene, key, { debounce })];
      while (made.length < 10) {
        await delay(80);
        made.push(await enqueue(scene, key, { debounce }));
      }
      for (const [i, call] of made.entries()) {
        const before = made[i - 1];
        // Unless this process itself was late, nobody can have run it.
        const isQuick = before !== undefined && call.heardAt - before.sentAt < debounce.wait - TOLERANCE_MS;
        if (isQuick && call.handle.id !== before.handle.id) throw new Error('a wait was not begun anew');
      }
      await Promise.all(made.map(({ handle }) => handle.result()));
      const last = new Map(made.map((call) => [call.handle.id, call]));
      const ran = starts.filter(({ input }) => input.key === key);
      expect(ran.map(({ input }) => input)).toEqual([...last.values()].map(({ input }) => input));
      for (const { id, at } of ran)
        expect(at - (last.get(id)?.sentAt ?? at)).toBeGreaterThan(debounce.wait - TOLERANCE_MS);
    };
    await Promise.all(KEYS.map(stream));
  });

  test('a debounced job that has started is not changed: the next call begins another one', async () => {
    const scene = stage.open({ shards });
    const starts = await startWorker(scene);
    const debounce = { key: 'a', wait: 50 };
    const first = await enqueue(scene, 'a', { debounce });
    await first.handle.result();
    const second = await enqueue(scene, 'a', { debounce });
    expect(second.handle.status).toBe('stored');
    await second.handle.result();
    expect(starts.map(({ input }) => input)).toEqual([first.input, second.input]);
  });

  test.each(['succeeds', 'fails', 'is cancelled', 'is deleted'])(
    'a job that is unique for a time keeps its key that long when it %s before',
    async (end) => {
      const scene = stage.open({ shards });
      const ran: string[] = [];
      const worker = scene.worker({ concurrency: 10 });
      worker.handle(job, (_input, ctx) => {
        ran.push(ctx.id);
        if (end === 'fails') throw new Error('no luck');
      });
      const duration = 700;
      const firsts: Call[] = [];
      for (const key of KEYS) firsts.push(await enqueue(scene, key, { unique: { key, for: duration } }));
      for (const { handle } of firsts) {
        if (end === 'is cancelled') await scene.client.cancel(handle.id);
        if (end === 'is deleted') await scene.client.delete(handle.id);
      }
      await worker.start();
      const stream = async (first: Call): Promise<void> => {
        const { key } = first.input;
        const { id } = first.handle;
        await first.handle.result().catch(() => undefined);
        const later = await enqueueUntilStored(scene, key, { unique: { key, for: duration } });
        expectWindow(first, later, duration);
        const next = later.at(-1)?.handle;
        await next?.result().catch(() => undefined);
        const own = ran.filter((each) => [id, next?.id].includes(each));
        expect(own).toEqual(end.startsWith('is') ? [next?.id] : [id, next?.id]);
      };
      await Promise.all(firsts.map(stream));
    },
  );

  test.each([
    ['24 h', {}, DAY_MS],
    ['its own time', { keyTtl: '2d' }, 2 * DAY_MS],
  ])('a key gives the same job also when it has ended, for %s', async (_, options, ms) => {
    const scene = stage.open({ shards });
    const starts = await startWorker(scene);
    for (const key of KEYS) {
      const first = await enqueue(scene, key, { key, ...options });
      await first.handle.result();
      const second = await enqueue(scene, key, { key, ...options });
      expect(second.handle).toMatchObject({ id: first.handle.id, status: 'existing' });
      const lock = `${scene.prefix(shardOf(first.handle.id))}lock:k:job:${key}`;
      const left = Number(await scene.call('PTTL', lock));
      expect(left).toBeLessThanOrEqual(ms);
      // It counts from the first call, which was not long ago.
      expect(left).toBeGreaterThan(ms - 60_000);
    }
    expect(starts).toHaveLength(KEYS.length);
  });
});
