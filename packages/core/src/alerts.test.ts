import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlertOptions } from './alert-options.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOf } from './job/job-id.ts';
import { Monitor } from './monitor.ts';
import { ClientWorker } from './testing/client-worker.ts';

const redis = await sharedRedis();
const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  await Promise.all(opened.map((one) => one.close()));
});

let client: Client;
let monitor: Monitor;
let place: { readonly redis: string; readonly namespace: string; readonly shards: number };
beforeEach(() => {
  place = { redis: redis.url, namespace: redis.namespace(), shards: 2 };
  client = new Client(place);
  monitor = new Monitor(place);
  opened.push(client, monitor);
});

const greet = defineJob<{ n: number }>({ name: 'greet', queue: 'mail' });

/** What a look finds, now. */
async function found(): Promise<readonly [value: number | undefined, about: string | undefined]> {
  const { turn } = await client.alerts.lookout.survey(0, 0);
  await client.alerts.lookout.judge(turn, 0);
  const [alert] = await monitor.alerts();
  return [alert?.value, alert?.about];
}

/** Has a worker fail all that waits in queues. */
async function failAll(...queues: readonly string[]): Promise<void> {
  const { namespace, shards } = place;
  const worker = await ClientWorker.start({ url: redis.url, namespace, shards });
  for (const queue of queues)
    for (const id of await worker.claim(queue)) await worker.fail(id, { name: 'Error', message: 'no' });
  worker.close();
}

describe('what an alert finds', () => {
  test('backlog: how many jobs wait, in all shards', async () => {
    await client.alerts.create({ kind: 'backlog', count: 5 });
    await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await client.enqueue(greet, { n: 4 }, { queue: 'other' });
    expect(await found()).toEqual([4, 'mail']);
  });

  test('backlog of a queue: only its jobs', async () => {
    await client.alerts.create({ kind: 'backlog', count: 5, queue: 'other' });
    await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await found()).toEqual([0, 'other']);
  });

  test('no-worker: jobs that nobody takes', async () => {
    await client.alerts.create({ kind: 'no-worker', queue: 'mail' });
    expect(await found()).toEqual([0, 'mail']);
    await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }]);
    expect(await found()).toEqual([2, 'mail']);
  });

  test('no-worker of all queues: nobody is there, whether jobs wait or not', async () => {
    await client.alerts.create({ kind: 'no-worker', for: 0 });
    await found();
    await found();
    expect((await monitor.alerts())[0]).toMatchObject({ isFiring: true, value: 0 });
  });

  test('oldest: for how long the oldest job waits, past entries of jobs that are gone', async () => {
    await client.alerts.create({ kind: 'oldest', age: '1h' });
    const cancelled = await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await Promise.all(cancelled.map(({ id }) => client.cancel(id)));
    const { id } = await client.enqueue(greet, { n: 4 });
    await eventually(async () => {
      const [value = 0, about] = await found();
      expect(value).toBeGreaterThan(0);
      expect(about).toBe('mail');
    });
    await client.cancel(id);
    expect(await found()).toEqual([0, '']);
  });

  test('oldest: jobs of groups, and of those that were delayed only the time since they may run', async () => {
    await client.alerts.create({ kind: 'oldest', age: '1h' });
    const { id } = await client.schedule(greet, { n: 1 }, { in: '1h', group: 'a' });
    expect(await found()).toEqual([0, '']);
    await client.promote(id);
    await eventually(async () => {
      const [value = 0] = await found();
      expect(value).toBeGreaterThan(0);
    });
  });

  test('oldest: what is due and in no queue, as nobody takes it', async () => {
    await client.alerts.create({ kind: 'oldest', age: '1h' });
    await client.schedule(greet, { n: 1 }, { in: 1 });
    await eventually(async () => {
      const [value = 0, about] = await found();
      expect(value).toBeGreaterThan(0);
      expect(about).toBe('mail');
    });
  });

  test('oldest of a queue in which nothing is, while something is due elsewhere', async () => {
    await client.alerts.create({ kind: 'oldest', age: '1h', queue: 'mail' });
    await client.cancel((await client.enqueue(greet, { n: 1 })).id);
    await client.schedule(greet, { n: 1 }, { in: 1, queue: 'elsewhere' });
    await eventually(async () => expect(await monitor.oldest()).toBeDefined());
    expect(await found()).toEqual([0, 'mail']);
  });

  test('failures: jobs that are failed since then, in all shards', async () => {
    await client.alerts.create({ kind: 'failures', count: 0, within: '5m' });
    expect(await found()).toEqual([0, '']);
    const { namespace } = place;
    const connection = redis.connect();
    const now = Date.now();
    await connection.zadd(`{${namespace}:0}:failed`, now, 'a', now - 240_000, 'b', now - 360_000, 'c');
    await connection.zadd(`{${namespace}:1}:failed`, now - 1000, 'd');
    expect(await found()).toEqual([3, '']);
  });

  test('failures of a queue, of a name, or of what names begin with: only those', async () => {
    await Promise.all([
      client.alerts.create({ kind: 'failures', count: 0, queue: 'mail', name: 'queue' }),
      client.alerts.create({ kind: 'failures', count: 0, jobName: 'greet', name: 'name', within: '1h' }),
      client.alerts.create({ kind: 'failures', count: 0, jobName: 'gr*', queue: 'mail', name: 'both' }),
      client.alerts.create({ kind: 'failures', count: 0, jobName: 'gre', name: 'other' }),
      client.alerts.create({ kind: 'failures', count: 0, queue: 'never', name: 'never' }),
      client.alerts.create({ kind: 'failures', count: 0, name: 'all' }),
    ]);
    const gruff = defineJob<{ n: number }>({ name: 'gruff', queue: 'mail' });
    await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await client.enqueue(gruff, { n: 1 });
    await client.enqueueMany(greet, [{ n: 1 }, { n: 2 }], { queue: 'other' });
    await failAll('mail', 'other');
    await found();
    const alerts = await monitor.alerts();
    expect(Object.fromEntries(alerts.map(({ name, value, about }) => [name, [value, about]]))).toEqual({
      queue: [4, 'mail'],
      name: [5, 'greet'],
      both: [4, 'mail'],
      other: [0, 'gre'],
      never: [0, 'never'],
      all: [6, ''],
    });
  });

  test('failures of a queue: those of a longer time besides those of a shorter one, each once', async () => {
    await client.alerts.create({ kind: 'failures', count: 0, queue: 'mail', name: 'short' });
    await client.alerts.create({ kind: 'failures', count: 0, queue: 'mail', within: '1h', name: 'long' });
    const jobs = await client.enqueueMany(
      greet,
      Array.from({ length: 2500 }, (_, n) => ({ n })),
    );
    const connection = redis.connect();
    const now = Date.now();
    for (const [n, { id }] of jobs.entries())
      void connection.zadd(`{${place.namespace}:${shardOf(id)}}:failed`, n < 1200 ? now - 600_000 : now, id);
    await connection.ping();
    await found();
    const values = Object.fromEntries((await monitor.alerts()).map(({ name, value }) => [name, value]));
    expect(values).toEqual({ short: 1300, long: 2500 });
  });

  test('failures of a queue: of the newest 20,000 of a shard; those of all are counted all the same', async () => {
    await client.alerts.create({ kind: 'failures', count: 0, queue: 'mail', name: 'queue' });
    await client.alerts.create({ kind: 'failures', count: 0, name: 'all' });
    const [{ id: first }, { id: last }] = await Promise.all([
      client.enqueue(greet, { n: 1 }),
      client.enqueue(greet, { n: 2 }),
    ]);
    const connection = redis.connect();
    const now = Date.now();
    const failed = (id: string): string => `{${place.namespace}:${shardOf(id)}}:failed`;
    const others = Array.from({ length: 20_000 }, (_, n) => [now - 1000, `gone ${n}`]).flat();
    await connection.zadd(failed(first), now - 2000, first, ...others);
    await connection.zadd(failed(last), now, last);
    await found();
    const values = Object.fromEntries((await monitor.alerts()).map(({ name, value }) => [name, value]));
    expect(values).toEqual({ queue: 1, all: 20_002 });
  });

  test('failures of a queue that were run again count no more', async () => {
    await client.alerts.create({ kind: 'failures', count: 0, queue: 'mail' });
    const { id } = await client.enqueue(greet, { n: 1 });
    await client.enqueue(greet, { n: 2 });
    await failAll('mail');
    expect(await found()).toEqual([2, 'mail']);
    await client.requeue(id);
    expect(await found()).toEqual([1, 'mail']);
  });

  test('missed: how long a recurring job is overdue that nobody runs', async () => {
    await client.alerts.create({ kind: 'missed', age: '1m' });
    expect(await found()).toEqual([0, '']);
    await client.recurring.upsert('r', greet, { n: 1 }, { every: '1s' });
    await eventually(async () => {
      const [value = 0, about] = await found();
      expect(value).toBeGreaterThan(0);
      expect(about).toBe('r');
    });
  });

  test('nothing of one that is switched off', async () => {
    await client.alerts.create({ kind: 'backlog', count: 0, enabled: false });
    await client.enqueue(greet, { n: 1 });
    expect(await found()).toEqual([undefined, '']);
  });
});

describe('a person', () => {
  test('makes, changes, silences and removes alerts; all of it is written down', async () => {
    const by = { by: 'ada', reason: 'a test' };
    const id = await client.alerts.create({ kind: 'backlog', count: 5, queue: 'mail' }, by);
    expect((await monitor.alerts())[0]).toMatchObject({ name: 'backlog: mail', changedBy: 'ada' });
    expect(await client.alerts.change(id, { count: 9, queue: undefined, ...by })).toBe(true);
    expect(await client.alerts.change(id, { count: 9, ...by })).toBe(false);
    const [alert] = await monitor.alerts();
    expect(alert).toMatchObject({ count: 9, kind: 'backlog', name: 'backlog: mail', version: 2 });
    expect(alert).not.toHaveProperty('queue');
    await client.alerts.silence(id, { for: '1h', ...by });
    expect((await monitor.alerts())[0]?.silencedUntil).toBeGreaterThan(Date.now());
    expect(await client.alerts.unsilence(id, by)).toBe(true);
    expect(await client.alerts.unsilence(id, by)).toBe(false);
    expect(await client.alerts.remove(id, by)).toBe(true);
    expect(await client.alerts.remove(id, by)).toBe(false);
    const verbs = ['remove', 'unsilence', 'silence', 'change', 'define'];
    expect((await monitor.alertEvents()).map(({ what, by: who, why }) => [what, who, why])).toEqual(
      verbs.map((verb) => [verb, 'ada', 'a test']),
    );
    expect((await monitor.audit()).map(({ action, target }) => [action, target])).toEqual(
      verbs.map((verb) => [`${verb} alert`, id]),
    );
  });

  const wrong: readonly (readonly [option: string, options: Record<string, unknown>])[] = [
    ['kind', { kind: 'nothing' }],
    ['kind', {}],
    ['count', { kind: 'failures' }],
    ['count', { kind: 'backlog', count: -1 }],
    ['count', { kind: 'oldest', age: '1m', count: 1 }],
    ['age', { kind: 'oldest' }],
    ['age', { kind: 'missed', age: '1ms' }],
    ['within', { kind: 'failures', count: 1, within: '2d' }],
    ['within', { kind: 'backlog', count: 1, within: '5m' }],
    ['queue', { kind: 'backlog', count: 1, queue: 'a:b' }],
    ['queue', { kind: 'failures', count: 1, queue: 'a b' }],
    ['count', { kind: 'failures', count: 10_001, queue: 'mail' }],
    ['count', { kind: 'failures', count: 10_001, jobName: 'greet' }],
    ['jobName', { kind: 'failures', count: 1, jobName: 'a b' }],
    ['jobName', { kind: 'failures', count: 1, jobName: '*' }],
    ['jobName', { kind: 'backlog', count: 1, jobName: 'greet' }],
    ['queue', { kind: 'missed', age: '1m', queue: 'mail' }],
    ['for', { kind: 'no-worker', for: '3d' }],
    ['name', { kind: 'no-worker', name: 'a\nb' }],
    ['threshold', { kind: 'no-worker', threshold: 3 }],
  ];
  test.each(wrong)('is told that "%s" is wrong in %j', async (option, options) => {
    await expect(client.alerts.create(options as unknown as AlertOptions)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      fields: { option: `alert.${option}` },
    });
  });

  test('narrows an alert of failures to a queue and a name, and takes both away', async () => {
    const id = await client.alerts.create({ kind: 'failures', count: 5, queue: 'mail', jobName: 'greet*' });
    expect((await monitor.alerts())[0]).toMatchObject({ name: 'failures: mail, greet*', jobName: 'greet*' });
    await client.alerts.change(id, { count: 6 });
    expect((await monitor.alerts())[0]).toMatchObject({ count: 6, queue: 'mail', jobName: 'greet*' });
    await client.alerts.change(id, { queue: undefined, jobName: undefined, count: 20_000 });
    const [alert] = await monitor.alerts();
    expect(alert).not.toHaveProperty('queue');
    expect(alert).not.toHaveProperty('jobName');
  });

  test('may change what a long queue and a long name have named', async () => {
    const long = 'q'.repeat(128);
    const id = await client.alerts.create({ kind: 'failures', count: 5, queue: long, jobName: long });
    expect(await client.alerts.change(id, { count: 6 })).toBe(true);
    expect((await monitor.alerts())[0]?.name).toHaveLength(100);
  });

  test('cannot change the kind of an alert, nor one that is not there', async () => {
    const id = await client.alerts.create({ kind: 'backlog', count: 5 });
    await expect(client.alerts.change(id, { kind: 'oldest', age: '1m' })).rejects.toMatchObject({
      fields: { option: 'alert.kind' },
    });
    for (const other of ['none', 'a:b', ''])
      await expect(client.alerts.silence(other, { for: '1h' })).rejects.toMatchObject({
        code: 'ALERT_NOT_FOUND',
      });
  });
});
