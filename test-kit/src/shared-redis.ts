import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import type { ConnectionOptions } from './connections.ts';
import { startEmbedded, startRedis } from './redis.ts';

/** One store for all tests of a file; each test keeps to a namespace of its own. */
export interface SharedRedis {
  readonly port: number;
  readonly url: string;
  readonly kind: 'redis-server' | 'embedded';
  /** A name that no other test uses, of lowercase letters and digits: the namespace of its installation. */
  namespace(): string;
  /** A connection that is closed after the last test of the file. */
  connect(options?: ConnectionOptions): Redis;
}

/**
 * Starts a store for this test file. Call it once, at the top level of the file:
 * `const store = await sharedRedis();`. It is stopped after the file's last test.
 * `LINSTOCK_TEST_STORE=embedded` chooses the embedded store. Tests must not use FLUSHDB or FLUSHALL.
 */
export async function sharedRedis(): Promise<SharedRedis> {
  const kind = process.env['LINSTOCK_TEST_STORE'] === 'embedded' ? 'embedded' : 'redis-server';
  const store = await (kind === 'embedded' ? startEmbedded() : startRedis());
  afterAll(() => store.stop());
  return {
    port: store.port,
    url: store.url,
    kind,
    namespace: () => `t${randomBytes(6).toString('hex')}`,
    connect: (options) => store.connect(options),
  };
}

/** How many shards installations under test should have: `LINSTOCK_TEST_SHARDS`, else 1. */
export function testShardCount(): number {
  const count = Number(process.env['LINSTOCK_TEST_SHARDS'] ?? '1');
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Error('LINSTOCK_TEST_SHARDS must be a whole number from 1');
}
