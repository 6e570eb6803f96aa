import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { expect, test } from 'vitest';
import { Client } from '../client.ts';
import { defineJob } from '../contract.ts';
import { Connection } from '../redis/connect.ts';
import { shardPrefix } from '../redis/keys.ts';
import { ShardSet } from '../shard-set.ts';
import type { KeyReport } from './check-keys.ts';
import { checkKeys } from './check-keys.ts';

const store = await sharedRedis();
const redis = store.connect();
const mail = defineJob<number>({ name: 'mail', queue: 'mail' });
const JOBS = 1000;

/** How often each command ran since the server started. */
async function commandCounts(): Promise<Map<string, number>> {
  const info = await redis.info('commandstats');
  return new Map(
    [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)].map(([, name = '', calls]) => [name, Number(calls)]),
  );
}

/** Runs a check, and tells which commands it took, and how many entries it asked for at once. */
async function watched(
  connection: Connection,
  check: () => Promise<KeyReport>,
): Promise<{ readonly report: KeyReport; readonly calls: Map<string, number>; readonly slices: number[] }> {
  const slices: number[] = [];
  const send = connection.redis.sendCommand.bind(connection.redis) as (...args: unknown[]) => unknown;
  connection.redis.sendCommand = ((command: { name: string; args: string[] }, ...rest: unknown[]) => {
    const { name, args } = command;
    if (name.endsWith('scan')) slices.push(Number(args[args.indexOf('COUNT') + 1]));
    if (name === 'lrange') slices.push(Number(args[2]) - Number(args[1]) + 1);
    return send(command, ...rest);
  }) as typeof connection.redis.sendCommand;
  const before = await commandCounts();
  const report = await check();
  const calls = new Map(
    [...(await commandCounts())].map(([name, count]) => [name, count - (before.get(name) ?? 0)]),
  );
  return { report, calls, slices };
}

test('a large key space is gone through in small steps, each key a few times', async () => {
  const namespace = store.namespace();
  const client = new Client({ redis: store.url, namespace, shards: 2 });
  const connection = new Connection(store.url, 'commands');
  try {
    const numbers = Array.from({ length: JOBS }, (_, i) => i);
    await client.enqueueMany(mail, numbers);
    const stray = await client.enqueue(mail, 1);
    const prefixes = [0, 1].map((shard) => shardPrefix(namespace, shard));
    for (const prefix of prefixes) await redis.lrem(`${prefix}ready:mail:2`, 1, stray.id);
    for (let n = 0; n < JOBS; n += 500)
      await redis.zadd(`${prefixes[1]}failed`, ...numbers.slice(n, n + 500).flatMap((i) => [i, `gone-${i}`]));
    const shards = await new ShardSet(connection, namespace, undefined).open(5000);
    let told = 0;
    const { report, calls, slices } = await watched(connection, () =>
      checkKeys({
        connection,
        namespace,
        shards,
        againAfterMs: 0,
        most: 5,
        onProgress: (looked) => (told = looked),
      }),
    );
    expect(report.counts).toEqual(
      new Map([
        ['entry-without-job', JOBS],
        ['job-not-indexed', 1],
      ]),
    );
    expect(report.findings).toHaveLength(6);
    expect(report.findings.at(-1)).toMatchObject({ kind: 'job-not-indexed', id: stray.id });
    expect(told).toBe(report.looked);
    expect(Math.max(...slices)).toBe(500);
    const often = (name: string): number => calls.get(name) ?? 0;
    // A look and a second look at each entry that is wrong, a look at each record; lists twice, for the one that is missing.
    expect(often('scan')).toBeLessThan(60);
    expect(often('lrange')).toBeLessThan(60);
    expect(often('lpos')).toBe(1);
    expect(often('getrange')).toBeLessThan(4 * JOBS);
    expect(often('multi')).toBeLessThan(4 * JOBS);
    for (const whole of ['keys', 'hgetall', 'zrange', 'sort', 'eval', 'evalsha'])
      expect(often(whole)).toBe(0);
  } finally {
    connection.close();
    await client.close();
  }
});
