import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { A, ADA, B, C, E, no, tailLine } from '../testing/cast.ts';
import { gatherCall } from '../testing/scenes-batch.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';

/** What joins a batch after the first call of its launch, and before the last. */

const store = await sharedRedis();
const shards = new Shards(store, testShardCount());
afterAll(() => shards.close());

let shard: TestShard;
beforeEach(async () => {
  shard = await shards.next();
  await shard.batches.draft(E, 'album', undefined);
  const members = Array.from({ length: 500 }, (_, n) => `M${String(n).padStart(25, '0')}`);
  await shard.jobs.gather(await gatherCall(shard, members));
  const answer = await shard.jobs.launch(E);
  if (answer !== 'MORE') throw new Error(`the first call of the launch was answered ${answer}`);
});

const stateOf = (id: string): Promise<string> => shard.redis.getrange(`${shard.prefix}job:${id}`, 0, 0);

test('a member that waits for a parent waits on', async () => {
  await shard.enqueue([A], { queue: 'other' });
  await shard.admit([B], { batch: E, parents: [[A, 'D']] });
  expect(await shard.jobs.launch(E)).toBe('DONE');
  expect(await stateOf(B)).toBe('A');
});

test('a member that waits for its children waits on', async () => {
  const claim = no(await shard.process([A], ADA, { queue: 'other', ties: { batch: E }, priority: 2 }));
  const child = await shard.tiedCall([C], {}, { queue: 'other' });
  const job = { claim, id: A, line: `\n${tailLine('D', claim)}` };
  expect(await shard.jobs.suspend(ADA, job, child)).toBe('OK');
  expect(await shard.jobs.launch(E)).toBe('DONE');
  expect(await stateOf(A)).toBe('A');
});
