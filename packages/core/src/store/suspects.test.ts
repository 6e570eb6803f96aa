import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { DEFAULT_RETENTION } from './job-store.ts';
import { A, ADA, B, BOB, C, no } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
});

const idsOf = (reply: Awaited<ReturnType<TestShard['claim']>>): string[] =>
  'jobs' in reply ? reply.jobs.filter((_, i) => i % 2 === 0) : [];

/** Worker number n claims what it may, and dies. */
async function dieWith(n: number, suspects: 'one' | 'alone' = 'one'): Promise<string[]> {
  const worker = `Mortal------${n}`.slice(-12);
  await shard.register(worker);
  const ids = idsOf(await shard.claim(worker, 1, { suspects }));
  await shard.die(worker);
  await shard.jobs.rescue(worker, DEFAULT_RETENTION);
  return ids;
}

const markOf = async (id: string): Promise<string> => shard.redis.getrange(`${shard.prefix}job:${id}`, 0, 6);

test('a job that two workers died with waits as a suspect', async () => {
  await shard.suspect(A);
  const space = await shard.keySpace();
  expect([space.get('suspects:mail'), space.get('ready:mail:2')]).toEqual([['A'], undefined]);
});

test('a worker takes at most one suspect, and none if it may not', async () => {
  await shard.suspect(A);
  await shard.enqueue([B]);
  await shard.register(ADA);
  expect(idsOf(await shard.claim(ADA, 1, { suspects: 'none' }))).toEqual([B]);
  expect(idsOf(await shard.claim(ADA, 2, { suspects: 'one' }))).toEqual([A]);
});

test('the crash of a worker that held a suspect is blamed on it alone', async () => {
  await shard.suspect(A);
  await shard.enqueue([B]);
  expect(await dieWith(1)).toEqual([A, B]);
  expect([await markOf(A), await markOf(B)]).toEqual(['E000231', 'E000210']);
});

describe('a suspect that was blamed three times', () => {
  beforeEach(async () => {
    await shard.suspect(A);
    for (let n = 1; n <= 3; n++) await dieWith(n);
  });

  test('has a mark that says so', async () => expect(await markOf(A)).toBe('E000253'));

  test('is left for a worker that holds nothing; one worker is asked to empty itself', async () => {
    await shard.enqueue([B]);
    await shard.register(ADA);
    const reply = await shard.claim(ADA, 1);
    expect(reply).toMatchObject({ mustEmpty: true });
    expect(idsOf(reply)).toEqual([B]);
    await shard.register(BOB);
    expect(await shard.claim(BOB, 1)).toMatchObject({ mustEmpty: false });
  });

  test('runs alone', async () => {
    await shard.enqueue([B, C]);
    await shard.register(ADA);
    expect(idsOf(await shard.claim(ADA, 1, { suspects: 'alone' }))).toEqual([A]);
  });

  test('becomes failed as poison when its worker dies once more', async () => {
    expect(await dieWith(4, 'alone')).toEqual([A]);
    const space = await shard.keySpace();
    expect([space.has('failed A'), space.get('stats failed')]).toEqual([true, '1']);
    expect(String(space.get('job:A'))).toContain('"reason":"poison"');
    expect(String(space.get('job:A'))).toMatch(/^F/);
  });

  test('succeeds like any other when nothing happens', async () => {
    await shard.register(ADA);
    await shard.claim(ADA, 1, { suspects: 'alone' });
    expect(await shard.jobs.succeed(ADA, 10, [{ claim: no(1), ids: [A], lines: ['\nS x'] }])).toBe('OK');
  });

  test('does not lose the jobs claimed beside it when the key "alone" has another type', async () => {
    await shard.enqueue([B]);
    await shard.enqueue([C], { queue: 'pics' });
    await shard.redis.rpush(`${shard.prefix}alone`, 'damage');
    await shard.register(ADA);
    expect(idsOf(await shard.claim(ADA, 1, { queues: ['pics', 'mail'] }))).toEqual([C, B]);
    const space = await shard.keySpace();
    expect([space.has('processing:Ada:#1 B'), space.has('processing:Ada:#1 C')]).toEqual([true, true]);
  });
});
