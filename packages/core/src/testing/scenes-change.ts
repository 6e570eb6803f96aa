import { A, ADA, B, BOB, C, D, EVE } from './cast.ts';
import type { Scene } from './scene.ts';
import { MINUTE_MS, openSet, quarantineKeys, trimKeys, wakeKeys } from './scene.ts';

/** An operation of the scenes; readable. */
const OPERATION = 'o';

/** What all scripts touch that change jobs by hand. */
const changeKeys = {
  ...quarantineKeys,
  job: [`job:${A}`],
  queues: ['queues'],
  audit: ['audit'],
  processing: openSet(1),
} as const;
const operationKeys = {
  operation: [`operation:${OPERATION}`],
  operations: ['operations'],
  plan: [`plan:${OPERATION}`],
  selection: [`selection:${OPERATION}`],
  selections: ['selections'],
  audit: ['audit'],
  wake: [],
} as const;

const call = {
  id: OPERATION,
  verb: 'requeue',
  filter: { state: 'F', name: 'greet' },
  target: {},
  rate: 0,
  dryRun: false,
} as const;

/** One scene for each script that changes jobs that wait, and for those of operations. */
export const CHANGE_SCENES = {
  reschedule: {
    given: async (shard) => {
      await shard.process([C]);
      await shard.schedule([A], MINUTE_MS);
      await shard.enqueue([B]);
      return () => shard.jobs.reschedule([A, B, C, D], EVE, 'in 5000');
    },
    keys: { ...changeKeys, failed: ['failed'], wake: [] },
  },
  hasten: {
    given: async (shard) => {
      await shard.schedule([A, B], MINUTE_MS);
      await shard.idle(BOB);
      return () => shard.jobs.hasten([A, D], EVE);
    },
    keys: { ...wakeKeys, ...changeKeys },
  },
  move: {
    given: async (shard) => {
      await shard.enqueue([A]);
      await shard.schedule([B], MINUTE_MS);
      await shard.fail([C], ADA, { queue: 'pics' });
      await shard.idle(BOB, ['pics']);
      return () => shard.jobs.move([A, B, C], EVE, { queue: 'pics', priority: 0 });
    },
    keys: {
      ...wakeKeys,
      ...changeKeys,
      failed: ['failed'],
      ready: ['ready:mail:2', 'ready:pics:0'],
      idle: ['idle:pics'],
    },
  },
  update: {
    given: async (shard) => {
      await shard.enqueue([A], { large: true });
      const payload = { text: '{"a":1}', isLarge: false };
      return () => shard.jobs.update(A, EVE, { was: 'greet', header: 'greet {"maxAttempts":3}', payload });
    },
    keys: { ...changeKeys, payload: [`payload:${A}`], extras: ['extras'] },
  },
  operate: {
    given: async (shard) => {
      await shard.fail([A]);
      return () => shard.operations.operate(call, EVE);
    },
    keys: { ...operationKeys, queues: ['queues'], failed: ['failed'], succeeded: ['succeeded'] },
  },
  step: {
    given: async (shard) => {
      await shard.fail([A, B]);
      await shard.cancel([C]);
      await shard.operations.operate(call, EVE);
      await shard.idle(BOB);
      return () => shard.operations.step(OPERATION, 0, 100);
    },
    keys: { ...wakeKeys, ...changeKeys, ...trimKeys, ...operationKeys, failed: ['failed'], ended: [] },
  },
  abort: {
    given: async (shard) => {
      await shard.fail([A]);
      await shard.operations.operate(call, EVE);
      return () => shard.operations.abort(OPERATION, EVE);
    },
    keys: operationKeys,
  },
} satisfies Record<string, Scene>;
