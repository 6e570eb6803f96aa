import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlertOptions } from './alert-options.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { Monitor } from './monitor.ts';

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
