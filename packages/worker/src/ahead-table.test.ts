import { once } from 'node:events';
import { Worker as Thread } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { eventually } from '@linstock/test-kit/eventually';
import type { AheadClaim } from './ahead-table.ts';
import { AheadTable, BLOCK_JOBS, BLOCKS, createAheadMemory } from './ahead-table.ts';

function ids(count: number, first = 0): string[] {
  return Array.from({ length: count }, (_, i) => String(first + i).padStart(26, '0'));
}

function tables(): { main: AheadTable; thread: AheadTable } {
  const memory = createAheadMemory();
  return { main: new AheadTable(memory), thread: new AheadTable(memory) };
}

test('what has not started is taken with its shard, claim and ids, in order', () => {
  const { main, thread } = tables();
  const block = main.put({ shard: 3, claim: 999_999_999_999, ids: ids(4) });
  expect(main.start(block, 1)).toBe(true);
  const [first, , third, fourth] = ids(4);
  expect(thread.takeOverdue(-1)).toEqual([{ shard: 3, claim: 999_999_999_999, ids: [first, third, fourth] }]);
  expect(thread.takeOverdue(-1)).toEqual([]);
});

test('a job that was taken does not start, and one that started is not taken', () => {
  const { main, thread } = tables();
  const block = main.put({ shard: 0, claim: 1, ids: ids(2) });
  main.start(block, 0);
  thread.takeOverdue(-1);
  expect([main.start(block, 0), main.start(block, 1)]).toEqual([false, false]);
});

test('nothing is taken before its time', async () => {
  const { main, thread } = tables();
  main.put({ shard: 0, claim: 1, ids: ids(1) });
  expect(thread.takeOverdue(10_000)).toEqual([]);
  await eventually(() => thread.takeOverdue(5).length === 1);
});

test('a block that was freed is not looked at', () => {
  const { main, thread } = tables();
  main.free(main.put({ shard: 0, claim: 1, ids: ids(2) }));
  expect(thread.takeOverdue(-1)).toEqual([]);
});

test('a whole claim of the largest size fits', () => {
  const { main, thread } = tables();
  main.put({ shard: 0, claim: 1, ids: ids(BLOCK_JOBS) });
  main.put({ shard: 0, claim: 2, ids: ids(BLOCK_JOBS, 1000) });
  const taken = thread.takeOverdue(-1);
  expect(taken.find(({ claim }) => claim === 1)?.ids).toEqual(ids(BLOCK_JOBS));
  expect(taken.find(({ claim }) => claim === 2)?.ids).toEqual(ids(BLOCK_JOBS, 1000));
});

test('a claim for which no room is left starts all the same, and touches no other', () => {
  const { main, thread } = tables();
  const blocks = Array.from({ length: BLOCKS }, (_, i) => main.put({ shard: 0, claim: i, ids: ids(1, i) }));
  expect(main.hasRoom).toBe(false);
  const beyond = main.put({ shard: 0, claim: 77, ids: ids(1, 1000) });
  expect(main.start(beyond, 0)).toBe(true);
  main.free(beyond);
  expect(main.hasRoom).toBe(false);
  expect(blocks.every((block) => main.start(block, 0))).toBe(true);
  expect(thread.takeOverdue(-1)).toEqual([]);
});

test('generations may run over: the table goes on', () => {
  const { main, thread } = tables();
  for (let i = 0; i < 1000; i++) main.free(main.put({ shard: 0, claim: i, ids: ids(1) }));
  const block = main.put({ shard: 0, claim: 5, ids: ids(1) });
  expect(main.start(block, 0)).toBe(true);
  expect(thread.takeOverdue(-1)).toEqual([]);
});

test('of two real threads exactly one gets each job', async () => {
  const memory = createAheadMemory();
  const stop = new SharedArrayBuffer(4);
  const thread = new Thread(new URL('testing/overdue-thread.mjs', import.meta.url), {
    workerData: { memory, stop },
    execArgv: [],
  });
  const exit = once(thread, 'exit');
  await once(thread, 'message');
  const main = new AheadTable(memory);
  const started = new Set<string>();
  const refused = new Set<string>();
  const isRace = (): boolean => Math.min(started.size, refused.size) > 100;
  const deadline = performance.now() + 10_000;
  let round = 0;
  // Where threads share one core, it takes longer until both have won often.
  for (; round < 20_000 || (!isRace() && performance.now() < deadline); round++) {
    const own = ids(5, round * 5);
    const block = main.put({ shard: 1, claim: round, ids: own });
    own.forEach((id, job) => (main.start(block, job) ? started : refused).add(id));
    main.free(block);
  }
  const answer = once(thread, 'message') as Promise<[AheadClaim[]]>;
  Atomics.store(new Int32Array(stop), 0, 1);
  const [taken] = await answer;
  await exit;
  const released = taken.flatMap((claim) => claim.ids);
  expect(new Set(released).size).toBe(released.length);
  expect(new Set(released)).toEqual(refused);
  expect(started.size + refused.size).toBe(round * 5);
  expect(taken.every(({ claim, ids: own }) => own.every((id) => Math.floor(Number(id) / 5) === claim))).toBe(
    true,
  );
  expect(isRace()).toBe(true);
});
