import { KEY, shardPrefix } from '@linstock/core/internal';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { beforeEach, expect, test } from 'vitest';
import { cliFor, jsonOf } from '../testing/run-cli.ts';

const store = await sharedRedis();
const redis = store.connect();
let prefix: string;
let run: ReturnType<typeof cliFor>;
beforeEach(() => {
  const namespace = store.namespace();
  prefix = shardPrefix(namespace, 0);
  run = cliFor(store.url, namespace);
});

const INFO = { host: 'box', pid: 7, version: '1', node: 'v20', queues: ['mail'], jobs: [], concurrency: 5 };

async function plant(id: string, leftMs: number, info: object): Promise<void> {
  await redis.zadd(prefix + KEY.leases, Date.now() + leftMs, id);
  await redis.hset(prefix + KEY.workers, id, JSON.stringify({ ...INFO, startedAt: 1, ...info }));
}

test('status shows when each worker was heard of, and warns of those that are late', async () => {
  await plant('older', 100_000, {});
  await plant('late', 290_000, { leaseMs: 600_000 });
  await plant('prompt', 600_000, { leaseMs: 600_000 });
  const { stdout, stderr } = await run(['status']);
  expect(stdout).toMatch(/prompt {2}box pid 7: mail, up .*, last beat (\d+m?s|\d+s) ago/);
  expect(stdout).toMatch(/late {2}box pid 7: mail, up .*, last beat 5m( \d+s)? ago/);
  expect(stdout).not.toMatch(/older .* last beat/);
  expect(stderr).toMatch(/worker late has not beaten for 5m/);
  expect(stderr).not.toMatch(/worker (prompt|older)/);
  const { workers } = jsonOf<{ workers: unknown[] }>(await run(['status', '--json']));
  expect(workers).toMatchObject([
    { id: 'late', beatAgeMs: expect.any(Number) as number, isLate: true },
    { id: 'older', beatAgeMs: null, isLate: false },
    { id: 'prompt', beatAgeMs: expect.any(Number) as number, isLate: false },
  ]);
});
