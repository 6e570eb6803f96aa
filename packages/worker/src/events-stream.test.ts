import type { JobTransition, StreamEvent, EventVerb } from '@linstock/core';
import { Client, defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis, startRedisCluster } from '@linstock/test-kit/redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { cancel, snooze } from './handler-outcome.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const work = defineJob<string, string>({ name: 'work', retry: { fixed: 0 }, maxAttempts: 2 });

/** What a subscription has been told so far, by job. */
class Listener {
  readonly events: StreamEvent[] = [];
  readonly #ended: Promise<void>;

  constructor(events: AsyncIterable<StreamEvent>) {
    this.#ended = this.#listen(events);
  }

  async #listen(events: AsyncIterable<StreamEvent>): Promise<void> {
    for await (const event of events) this.events.push(event);
  }

  get transitions(): JobTransition[] {
    return this.events.filter((event) => event.kind === 'transition');
  }

  verbs(id: string): EventVerb[] {
    return this.transitions.filter((event) => event.id === id).map(({ verb }) => verb);
  }

  async end(): Promise<void> {
    await this.#ended;
  }
}

/** A scene that tells of its transitions, and who listens. */
async function told(scene: Scene): Promise<Listener> {
  await scene.client.events.enable();
  const events = scene.client.events.subscribe();
  await events.ready();
  return new Listener(events);
}

const handle = (input: string): string => {
  if (input === 'throws') throw new Error('no');
  if (input === 'cancels') throw cancel('not needed');
  return input;
};

describe('the stream of events', () => {
  test('tells the life of each job in its order', async () => {
    const scene = stage.open();
    const listener = await told(scene);
    const good = await scene.client.enqueue(work, 'good');
    const bad = await scene.client.enqueue(work, 'throws');
    const dropped = await scene.client.enqueue(work, 'cancels');
    const later = await scene.client.schedule(work, 'later', { in: 50 });
    const worker = scene.worker();
    worker.handle(work, handle);
    await worker.start();
    await eventually(() => {
      expect(listener.verbs(good.id)).toEqual(['enqueue', 'claim', 'succeed']);
      expect(listener.verbs(bad.id)).toEqual(['enqueue', 'claim', 'retry', 'promote', 'claim', 'fail']);
      expect(listener.verbs(dropped.id)).toEqual(['enqueue', 'claim', 'drop']);
      expect(listener.verbs(later.id)).toEqual(['schedule', 'promote', 'claim', 'succeed']);
    });
    expect(listener.events.every(({ kind }) => kind === 'transition')).toBe(true);
  });

  test('tells of jobs that are tied to others: keys, deadlines, parents, recurring', async () => {
    const scene = stage.open();
    const listener = await told(scene);
    const expiring = await scene.client.enqueue(work, 'late', { expireIn: 100, queue: 'nobody' });
    const parent = await scene.client.enqueue(work, 'parent');
    const child = await scene.client.continueWith(parent, work, 'child');
    const failing = await scene.client.enqueue(work, 'cancels');
    const orphan = await scene.client.continueWith(failing, work, 'never');
    await scene.client.recurring.upsert('tick', work, 'tick', { every: '1h' });
    const ticked = await scene.client.recurring.trigger('tick');
    const worker = scene.worker();
    worker.handle(work, handle);
    await worker.start();
    await eventually(() => {
      expect(listener.verbs(expiring.id)).toEqual(['admit', 'expire']);
      expect(listener.verbs(child.id)).toEqual(['admit', 'follow', 'claim', 'succeed']);
      expect(listener.verbs(orphan.id)).toEqual(['admit', 'follow']);
      expect(listener.verbs(ticked)).toEqual(['tick', 'claim', 'succeed']);
    });
    const states = listener.transitions.filter(({ id }) => id === orphan.id).map(({ state }) => state);
    expect(states).toEqual(['awaiting', 'cancelled']);
  });

  test('tells of the members of batches', async () => {
    const scene = stage.open();
    const listener = await told(scene);
    const ids: string[] = [];
    await scene.client.batch(async (b) => {
      ids.push((await b.enqueue(work, 'member')).id);
      ids.push((await b.onEnd(work, 'callback')).id);
    });
    const given: string[] = [];
    const giveUp = scene.client.batch(async (b) => {
      given.push((await b.enqueue(work, 'member')).id);
      await b.flush();
      throw new Error('given up');
    });
    await expect(giveUp).rejects.toThrow('given up');
    const cancelled = await scene.client.batch((b) => b.enqueue(work, 'member', { queue: 'nobody' }));
    await scene.client.batches.cancel(cancelled.id);
    const [halted] = await scene.client.batches.members(cancelled.id);
    const worker = scene.worker();
    worker.handle(work, handle);
    await worker.start();
    await eventually(() => {
      expect(listener.verbs(ids[0] ?? '')).toEqual(['gather', 'launch', 'claim', 'succeed']);
      expect(listener.verbs(ids[1] ?? '')).toEqual(['admit', 'follow', 'claim', 'succeed']);
      expect(listener.verbs(given[0] ?? '')).toEqual(['gather', 'discard']);
      expect(listener.verbs(halted ?? '')).toEqual(['gather', 'launch', 'halt']);
    });
  });

  test('tells nothing twice and leaves nothing out, with many jobs and workers', async () => {
    const scene = stage.open();
    const listener = await told(scene);
    for (let n = 0; n < 3; n++) {
      const worker = scene.worker({ concurrency: 20 });
      worker.handle(work, handle);
      await worker.start();
    }
    const handles = await scene.client.enqueueMany(
      work,
      Array.from({ length: 2000 }, () => 'good'),
    );
    await eventually(() =>
      expect(listener.transitions.filter(({ verb }) => verb === 'succeed')).toHaveLength(2000),
    );
    const first = new Map<string, EventVerb[]>();
    for (const { id, verb } of listener.transitions) first.set(id, [...(first.get(id) ?? []), verb]);
    for (const { id } of handles) {
      const verbs = first.get(id) ?? [];
      expect(verbs.filter((verb) => verb !== 'release' && verb !== 'claim')).toEqual(['enqueue', 'succeed']);
    }
  });
});

describe('a subscription outlives a restart of Redis', () => {
  test('and goes on where it was', async () => {
    const server = await startRedis({ appendonly: 'always' });
    const scene = stage.open({ url: server.url });
    const listener = await told(scene);
    const worker = scene.worker();
    worker.handle(work, handle);
    await worker.start();
    const before = await scene.client.enqueue(work, 'before');
    await before.result();
    await server.kill();
    await server.restart();
    const after = await scene.client.enqueue(work, 'after');
    await after.result();
    await eventually(() => expect(listener.verbs(after.id)).toEqual(['enqueue', 'claim', 'succeed']));
    expect(listener.verbs(before.id)).toEqual(['enqueue', 'claim', 'succeed']);
    expect(listener.events.filter(({ kind }) => kind === 'gap')).toEqual([]);
    await scene.client.close();
    await listener.end();
    await stage.closeAll();
    await server.stop();
  });

  test('that forgot everything, and tells the gap', async () => {
    const server = await startRedis();
    const scene = stage.open({ url: server.url, shards: 1 });
    const listener = await told(scene);
    const lost = await scene.client.enqueue(work, 'lost');
    await eventually(() => expect(listener.verbs(lost.id)).toEqual(['enqueue']));
    await server.kill();
    await server.restart();
    await eventually(() => expect(listener.events.at(-1)).toMatchObject({ kind: 'gap', shard: 0 }));
    await scene.client.events.enable();
    const { id } = await scene.client.enqueue(work, 'after');
    await eventually(() => expect(listener.verbs(id)).toEqual(['enqueue']));
    expect(listener.events.map(({ kind }) => kind)).toEqual(['transition', 'gap', 'transition']);
    await stage.closeAll();
    await server.stop();
  });
});

test('a job that its handler puts off is deferred', async () => {
  const scene = stage.open();
  const listener = await told(scene);
  let times = 0;
  const worker = scene.worker();
  worker.handle(work, () => (times++ === 0 ? snooze(1) : 'done'));
  await worker.start();
  const { id } = await scene.client.enqueue(work, 'x');
  await eventually(() =>
    expect(listener.verbs(id)).toEqual(['enqueue', 'claim', 'defer', 'promote', 'claim', 'succeed']),
  );
});

test('a subscription in a Cluster is told of every shard', async () => {
  const cluster = await startRedisCluster();
  const nodes = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port }));
  const client = new Client({ redis: { cluster: nodes }, shards: 5 });
  await client.events.enable();
  const events = client.events.subscribe();
  await events.ready();
  const listener = new Listener(events);
  const handles = await Promise.all([1, 2, 3, 4, 5].map(() => client.enqueue(work, 'x')));
  await eventually(() =>
    expect(handles.map(({ id }) => listener.verbs(id))).toEqual(handles.map(() => ['enqueue'])),
  );
  await client.events.disable();
  await eventually(() => expect(listener.events.filter(({ kind }) => kind === 'gap')).toHaveLength(5));
  await client.close();
  await listener.end();
  await cluster.stop();
});
