import { Client, defineJob } from '@linstock/core';
import type { Finding } from '@linstock/core/internal';
import { checkKeys, Connection, KEY, shardPrefix, ShardSet } from '@linstock/core/internal';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { Worker } from '@linstock/worker';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf, linesOf } from '../testing/run-cli.ts';
import { silentLog } from '../testing/silent-log.ts';

const store = await sharedRedis();
const redis = store.connect();
const GONE = '01JZ7Q4N0W6F3V8Y2K5T9R1X00';
const plain = defineJob<number>({ name: 'plain', queue: 'busy' });
const tied = defineJob<number>({
  name: 'tied',
  queue: 'busy',
  concurrency: { key: 'bank', limit: 3 },
  retry: { fixed: '1ms' },
});
let namespace: string;
let prefix: string;
let run: ReturnType<typeof cliFor>;
let client: Client;
beforeEach(async () => {
  namespace = store.namespace();
  prefix = shardPrefix(namespace, 0);
  run = cliFor(store.url, namespace);
  client = new Client({ redis: store.url, namespace });
  await client.connect();
});
afterEach(() => client.close());

interface Report {
  readonly looked: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly repaired: number;
  readonly findings: readonly (Finding & { readonly meaning: string; readonly repaired: boolean })[];
}

test('doctor --check-keys counts all and shows a hundred of each kind; --repair takes back what nobody has a right to', async () => {
  const members = Array.from({ length: 120 }, (_, i) => `${'-'.repeat(24)}${GONE.slice(0, -3)}${i + 100}`);
  await redis.sadd(`${prefix}${KEY.holders}bank`, ...members);
  await redis.set(`${prefix}${KEY.lock}u:plain:a\u001B[2J`, GONE);
  await redis.set(`${prefix}mine\u001B[2J`, 1);
  const seen = await run(['doctor', '--check-keys']);
  expect(seen.code).toBe(1);
  expect(linesOf(seen.stdout)).toHaveLength(1 + 100 + 2);
  expect(seen.stdout + seen.stderr).not.toContain('\u001B[2J');
  expect(seen.stderr).toContain('place-without-right: 120 (100 shown)');
  const repaired = await run(['doctor', '--check-keys', '--repair', '--yes', '--reason', 'tidy', '--json']);
  const report = jsonOf<Report>(repaired);
  expect(repaired.code).toBe(1);
  expect(report).toMatchObject({
    repaired: 121,
    counts: { 'place-without-right': 120, 'unique-key-of-ended-job': 1, 'unknown-key': 1 },
  });
  expect(report.findings.filter((finding) => !finding.repaired).map(({ kind }) => kind)).toEqual([
    'unknown-key',
  ]);
  const [entry] = await redis.xrevrange(`${prefix}audit`, '+', '-', 'COUNT', 1);
  expect(entry?.[1].join(' ')).toContain('"why":"tidy"');
  await redis.del(`${prefix}mine\u001B[2J`);
  expect(await run(['doctor', '--check-keys', '--rate', '100000'])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('everything fits') as string,
  });
});

test.each([
  [['--repair', '--yes'], '--repair needs --check-keys'],
  [['--check-keys', '--yes'], '--yes needs --repair'],
  [['--check-keys', '--repair'], 'add --yes'],
])('doctor %j is refused', async (flags, message) => {
  expect(await run(['doctor', ...flags])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(message) as string,
  });
});

test('beside workers that are busy, nothing is found', async () => {
  const options = { redis: store.url, namespace, queues: ['busy'], concurrency: 20, log: silentLog };
  const workers = [new Worker(options), new Worker(options)];
  const stop = new AbortController();
  for (const worker of workers) {
    worker.handle(plain, () => undefined);
    worker.handle(tied, (n, { attempt }) => {
      if (n % 7 === 0 && attempt === 1) throw new Error('once more');
    });
    await worker.start();
  }
  const load = (async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    while (!stop.signal.aborted) {
      await client.enqueueMany(plain, numbers);
      const [first] = await client.enqueueMany(tied, numbers.slice(0, 20), { tags: ['load'] });
      if (first !== undefined) await client.continueWith(first, plain, 1);
      await client.enqueue(plain, 1, { group: { key: 'g' }, unique: { key: 'g' } });
      await client.schedule(plain, 1, { in: '20ms' });
      await client.batch((batch) => batch.enqueueMany(plain, numbers));
      // No more than what is worked off.
      await (await client.enqueue(plain, 1)).result();
    }
  })();
  const connection = new Connection(store.url, 'commands');
  try {
    const shards = await new ShardSet(connection, namespace, undefined).open(5000);
    for (let round = 0; round < 2; round++) {
      const report = await checkKeys({ connection, namespace, shards, againAfterMs: 100 });
      expect(report.findings).toEqual([]);
    }
  } finally {
    stop.abort();
    await load;
    connection.close();
    for (const worker of workers) await worker.stop();
  }
});
