import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOf } from './job/job-id.ts';
import { decodeHeader, splitRecord } from './job/job.ts';
import type { QueueDefaults } from './queue-defaults.ts';
import { Connection } from './redis/connect.ts';
import { shardPrefix } from './redis/keys.ts';

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
const clients: Client[] = [];
afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(() => connection.close());

function open(queueDefaults: Readonly<Record<string, QueueDefaults>>): { client: Client; namespace: string } {
  const namespace = store.namespace();
  const client = new Client({ redis: store.url, namespace, shards: testShardCount(), queueDefaults });
  clients.push(client);
  return { client, namespace };
}

const MAIL = {
  maxAttempts: 3,
  retry: { fixed: '1s' },
  timeout: '5s',
  retention: { succeededFor: '1h' },
} as const;
const plain = defineJob<number>({ name: 'plain' });
const own = defineJob<number>({ name: 'own', queue: 'mail', maxAttempts: 7, retention: { failedFor: '1d' } });

async function optionsOf(namespace: string, id: string): Promise<unknown> {
  await connection.ready(5000);
  const record = splitRecord(
    (await connection.redis.get(`${shardPrefix(namespace, shardOf(id))}job:${id}`)) ?? '',
  );
  const header = decodeHeader(record?.header ?? '');
  if (header === undefined) throw new Error(`job ${id} is not there`);
  const { maxAttempts, retry, timeoutMs } = header.options;
  return { maxAttempts, retry, timeoutMs, keep: header.ties?.keep };
}

describe('defaults of a queue', () => {
  test('count where neither the call nor the contract says anything', async () => {
    const { client, namespace } = open({ mail: MAIL });
    const mail = { queue: 'mail' };
    const jobs = [
      await client.enqueue(plain, 1),
      await client.enqueue(plain, 1, mail),
      await client.enqueue(own, 1),
      await client.enqueue(own, 1, { maxAttempts: 1, timeout: 0 }),
    ];
    const none = { maxAttempts: 10, retry: 'hangfire', timeoutMs: 0, keep: undefined };
    const some = { retry: { fixed: '1s' }, timeoutMs: 5000 };
    expect(await Promise.all(jobs.map(({ id }) => optionsOf(namespace, id)))).toEqual([
      none,
      { ...some, maxAttempts: 3, keep: [3_600_000, -1] },
      { ...some, maxAttempts: 7, keep: [-1, 86_400_000] },
      { ...some, maxAttempts: 1, timeoutMs: 0, keep: [-1, 86_400_000] },
    ]);
  });

  test('count for every kind of job', async () => {
    const { client, namespace } = open({ mail: MAIL });
    const mail = { queue: 'mail' };
    const [many] = await client.enqueueMany(plain, [1], mail);
    const later = await client.schedule(plain, 1, { ...mail, in: '1h' });
    const child = await client.continueWith(later, plain, 1, mail);
    let member = '';
    await client.batch(async (batch) => {
      member = (await batch.enqueue(plain, 1, mail)).id;
    });
    await client.recurring.upsert('r', plain, 1, { ...mail, cron: '@daily' });
    const tick = await client.recurring.trigger('r');
    const ids = [many?.id ?? '', later.id, child.id, member, tick];
    for (const id of ids)
      expect(await optionsOf(namespace, id)).toMatchObject({ maxAttempts: 3, keep: [3_600_000, -1] });
  });

  test.each<[string, object, string]>([
    ['an unknown option', { mail: { priority: 'high' } }, 'Client.queueDefaults.mail.priority: is none of'],
    ['a wrong value', { mail: { maxAttempts: 0 } }, 'Client.queueDefaults.mail.maxAttempts: must be'],
    ['a wrong duration', { mail: { timeout: 'soon' } }, 'Client.queueDefaults.mail.timeout: must be'],
    ['a wrong retention', { mail: { retention: { ever: 1 } } }, 'Client.queueDefaults.mail.retention.ever'],
    ['half of a deadline', { mail: { onExpired: 'fail' } }, 'Client.queueDefaults.mail.onExpired: goes with'],
    ['a name that no queue has', { 'a b': {} }, 'Client.queueDefaults (name of a queue): '],
  ])('%s is refused when the client is made', (_, defaults, message) => {
    expect(() => open(defaults as Record<string, QueueDefaults>)).toThrow(message);
  });
});
