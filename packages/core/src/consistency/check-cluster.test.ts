import { startRedisCluster } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { Client } from '../client.ts';
import { defineJob } from '../contract.ts';
import { Connection } from '../redis/connect.ts';
import { ShardSet } from '../shard-set.ts';
import { checkKeys } from './check-keys.ts';
import { repairKeys } from './repair.ts';

const mail = defineJob<number>({ name: 'mail', queue: 'mail' });
const GONE = '01JZ7Q4N0W6F3V8Y2K5T9R1X00';

test('in a Cluster the keys of every shard are looked at, wherever they lie', async () => {
  const cluster = await startRedisCluster();
  const target = { cluster: cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })) };
  const client = new Client({ redis: target, namespace: 'spread', shards: 5 });
  const connection = new Connection(target, 'commands');
  try {
    await client.enqueueMany(mail, [1, 2]);
    const shards = await new ShardSet(connection, 'spread', undefined).open(5000);
    const check = async () => checkKeys({ connection, namespace: 'spread', shards, againAfterMs: 0 });
    expect((await check()).findings).toEqual([]);
    for (const { prefix } of shards)
      await connection.redis.sadd(`${prefix}holders:bank`, `${'-'.repeat(24)}${GONE}`);
    const { findings } = await check();
    expect(findings.map(({ kind, shard }) => `${kind} ${shard}`).toSorted()).toEqual(
      shards.map(({ number }) => `place-without-right ${number}`),
    );
    expect(await repairKeys(shards, findings, { who: 'ada', why: '' })).toHaveLength(5);
    expect((await check()).findings).toEqual([]);
  } finally {
    connection.close();
    await client.close();
    await cluster.stop();
  }
});
