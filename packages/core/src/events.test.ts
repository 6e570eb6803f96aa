import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { ClosedError, OptionError, RedisError } from './errors.ts';
import type { StreamEvent, SubscribeOptions } from './event-subscription.ts';
import { shardPrefix } from './redis/keys.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<{ n: number }, string>({ name: 'greet', queue: 'mail' });
const many = (count: number): { n: number }[] => Array.from({ length: count }, (_, n) => ({ n }));

let namespace: string;
let client: Client;
beforeEach(async () => {
  namespace = store.namespace();
  client = new Client({ redis: store.url, namespace, shards });
  await client.events.enable();
});
afterEach(() => client.close());

/** The next events of a subscription. */
async function take(events: AsyncIterable<StreamEvent>, count: number): Promise<StreamEvent[]> {
  const iterator = events[Symbol.asyncIterator]();
  const taken: StreamEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    taken.push(value);
  }
  return taken;
}

async function subscribed(options?: SubscribeOptions): ReturnType<typeof open> {
  return open(client, options);
}

async function open(
  from: Client,
  options?: SubscribeOptions,
): Promise<ReturnType<Client['events']['subscribe']>> {
  const events = from.events.subscribe(options);
  await events.ready();
  return events;
}

const inShort = (events: readonly StreamEvent[]): unknown[] =>
  events.map((event) => (event.kind === 'gap' ? 'gap' : [event.verb, event.id, event.state]));

const trim = (shard: number, most: number): Promise<unknown> =>
  direct.xtrim(`${shardPrefix(namespace, shard)}events`, 'MAXLEN', most);

/** Connections of subscriptions, beside the one of the client. */
async function connections(): Promise<number> {
  const list = (await direct.call('CLIENT', 'LIST')) as string;
  return list.split('\n').filter((line) => line.includes('name=linstock-')).length;
}

describe('a subscription', () => {
  test('is told of every transition, with its time and state', async () => {
    const events = await subscribed();
    const worker = await ClientWorker.start({ url: store.url, namespace, shards });
    const before = Date.now();
    const { id } = await client.enqueue(greet, { n: 1 });
    await worker.claim('mail');
    await worker.succeed(id, 'hello');
    await client.delete(id);
    const told = await take(events, 4);
    expect(inShort(told)).toEqual([
      ['enqueue', id, 'enqueued'],
      ['claim', id, 'processing'],
      ['succeed', id, 'succeeded'],
      ['delete', id, 'none'],
    ]);
    for (const event of told) expect((event as { at: number }).at).toBeGreaterThanOrEqual(before - 1000);
    worker.close();
  });

  test('is told what other clients do, in the order of each shard', async () => {
    const events = await subscribed();
    const other = new Client({ redis: store.url, namespace });
    const handles = await other.enqueueMany(greet, many(1200));
    const told = await take(events, 1200);
    const ids = told.map((event) => (event.kind === 'transition' ? event.id : ''));
    expect(ids.toSorted()).toEqual(handles.map(({ id }) => id).toSorted());
    await other.close();
  });

  test('may ask for some transitions only', async () => {
    const events = await subscribed({ verbs: ['cancel'] });
    const [a] = await client.enqueueMany(greet, many(2));
    await client.cancel(a?.id ?? '');
    expect(inShort(await take(events, 1))).toEqual([['cancel', a?.id, 'cancelled']]);
  });

  test('may begin with the oldest', async () => {
    const { id } = await client.enqueue(greet, { n: 1 });
    await client.cancel(id);
    const told = await take(client.events.subscribe({ from: 'oldest' }), 2);
    expect(inShort(told)).toEqual([
      ['enqueue', id, 'enqueued'],
      ['cancel', id, 'cancelled'],
    ]);
  });

  test('goes on after any event by its cursor, in another process too', async () => {
    const handles = await client.enqueueMany(greet, many(20));
    const all = await take(client.events.subscribe({ from: 'oldest' }), 20);
    expect(all).toHaveLength(handles.length);
    const other = new Client({ redis: store.url, namespace });
    for (const place of [0, 7, 18]) {
      const rest = await take(other.events.subscribe({ from: all[place]?.cursor ?? '' }), 19 - place);
      expect(rest.map(({ cursor }) => cursor)).toEqual(all.slice(place + 1).map(({ cursor }) => cursor));
    }
    await other.close();
  });

  test('is told a gap where transitions are missing, and not again after it', async () => {
    const events = await subscribed();
    const iterator = events[Symbol.asyncIterator]();
    await client.enqueue(greet, { n: 0 });
    const { value: first } = await iterator.next();
    // On every shard, while nobody reads: the client goes round them.
    for (let n = 0; n < 3 * shards; n++) await client.enqueue(greet, { n });
    for (let shard = 0; shard < shards; shard++) await trim(shard, 1);
    await iterator.return?.();
    const told = await take(client.events.subscribe({ from: first?.cursor ?? '' }), 2 * shards);
    expect(told.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: shards }, () => 'gap'),
      ...Array.from({ length: shards }, () => 'transition'),
    ]);
    const again = await take(client.events.subscribe({ from: told[shards - 1]?.cursor ?? '' }), shards);
    expect(again).toEqual(told.slice(shards));
  });

  test('that was there before events were switched on misses nothing', async () => {
    await client.events.disable();
    expect(await client.events.isEnabled()).toBe(false);
    const events = await subscribed();
    await client.enqueue(greet, { n: 1 });
    await client.events.enable({ maxLength: 100 });
    expect(await client.events.isEnabled()).toBe(true);
    const { id } = await client.enqueue(greet, { n: 2 });
    expect(inShort(await take(events, 1))).toEqual([['enqueue', id, 'enqueued']]);
  });

  test('is told a gap when events are switched off', async () => {
    const events = await subscribed();
    const { id } = await client.enqueue(greet, { n: 1 });
    const iterator = events[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ id });
    await client.events.disable();
    expect((await iterator.next()).value).toMatchObject({ kind: 'gap' });
    await iterator.return?.();
  });
});

describe('a subscription ends', () => {
  const ended = async (events: AsyncIterable<StreamEvent>, end: () => unknown): Promise<StreamEvent[]> => {
    const all = take(events, 1);
    await new Promise((resolve) => setImmediate(resolve));
    await end();
    return all;
  };

  test('with its signal', async () => {
    const controller = new AbortController();
    const events = await subscribed({ signal: controller.signal });
    expect(await ended(events, () => controller.abort())).toEqual([]);
    await eventually(async () => expect(await connections()).toBe(1));
  });

  test('before it began, when its signal had been there already', async () => {
    expect(await take(client.events.subscribe({ signal: AbortSignal.abort() }), 1)).toEqual([]);
  });

  test('by close', async () => {
    const events = await subscribed();
    expect(await ended(events, () => events.close())).toEqual([]);
  });

  test('with its client', async () => {
    const events = await subscribed();
    expect(await ended(events, () => client.close())).toEqual([]);
    await eventually(async () => expect(await connections()).toBe(0));
    await expect(take(client.events.subscribe(), 1)).rejects.toBeInstanceOf(ClosedError);
  });

  test('with a break', async () => {
    await client.enqueue(greet, { n: 1 });
    for await (const event of client.events.subscribe({ from: 'oldest' })) {
      expect(event.kind).toBe('transition');
      break;
    }
    await eventually(async () => expect(await connections()).toBe(1));
  });

  test('with an iterator that returns while it waits', async () => {
    const iterator = (await subscribed())[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return?.();
    expect(await next).toEqual({ done: true, value: undefined });
  });
});

describe('what is wrong is refused by name', () => {
  test.each([
    [{ from: 'yesterday' }, 'subscribe.from'],
    [{ verbs: ['levitate'] }, 'subscribe.verbs'],
    [{ form: 'new' }, 'subscribe.form'],
  ])('%j', (options, option) => {
    const subscribe = (): unknown => client.events.subscribe(options as SubscribeOptions);
    expect(subscribe).toThrow(OptionError);
    expect(subscribe).toThrow(option);
  });

  test('a cursor of an installation with other shards', async () => {
    const from = Array.from({ length: shards + 1 }, () => '1-1').join(' ');
    await expect(take(client.events.subscribe({ from }), 1)).rejects.toThrow(`which has ${shards} shards`);
  });

  test('a length that keeps too little', async () => {
    await expect(client.events.enable({ maxLength: 10 })).rejects.toThrow('maxLength');
  });
});

describe('Redis that goes away', () => {
  test('is told to the listeners of a client, and a subscription outlives it', async () => {
    const server = await startRedis({ appendonly: 'always' });
    const own = new Client({ redis: server.url, shards });
    const told: string[] = [];
    own.events.on('connected', () => told.push('connected'));
    own.events.on('disconnected', () => told.push('disconnected'));
    const errors: Error[] = [];
    own.events.on('error', (error) => errors.push(error));
    await own.events.enable();
    const events = await open(own);
    const iterator = events[Symbol.asyncIterator]();
    const before = await own.enqueue(greet, { n: 1 });
    expect((await iterator.next()).value).toMatchObject({ id: before.id });
    const next = iterator.next();
    await server.kill();
    await eventually(() => expect(told).toEqual(['connected', 'disconnected']));
    await eventually(() => expect(errors[0]).toBeInstanceOf(RedisError));
    await server.restart();
    const after = await own.enqueue(greet, { n: 2 });
    expect((await next).value).toMatchObject({ kind: 'transition', id: after.id });
    expect(told).toEqual(['connected', 'disconnected', 'connected']);
    await own.close();
    await server.stop();
  });

  test('from the start is an error, and the subscription may be tried again', async () => {
    const server = await startRedis();
    const own = new Client({ redis: server.url, shards, commandTimeout: '2s' });
    await own.events.enable();
    await server.kill();
    const events = own.events.subscribe();
    await expect(events.ready()).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
    await server.restart();
    await eventually(() => events.ready());
    const { id } = await own.enqueue(greet, { n: 1 });
    await own.events.enable();
    await own.cancel(id);
    expect(inShort(await take(events, 1))).toEqual([['cancel', id, 'cancelled']]);
    await own.close();
    await server.stop();
  });
});
