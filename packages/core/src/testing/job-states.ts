import type { JobState, TransitionVerb } from '../job/states.ts';
import { A, ADA, BOB, EVE, no, tailLine } from './cast.ts';
import { BATCH_ATTEMPTS } from './attempts-batch.ts';
import { CHANGE_ATTEMPTS } from './attempts-change.ts';
import { FLOW_ATTEMPTS } from './attempts-flow.ts';
import { MINUTE_MS, NOTHING_KEPT } from './scene.ts';
import type { TestShard } from './test-shard.ts';

/** Brings job A into a state by the calls that lead there. */
export const BRING: Readonly<Record<JobState | 'none', (shard: TestShard) => Promise<unknown>>> = {
  none: async () => {},
  scheduled: (shard) => shard.schedule([A], MINUTE_MS),
  enqueued: (shard) => shard.enqueue([A]),
  // No script leads there yet, so the mark is written by hand.
  awaiting: async (shard) => {
    await shard.schedule([A], MINUTE_MS);
    await shard.redis.zrem(`${shard.prefix}scheduled`, A);
    await shard.redis.setrange(`${shard.prefix}job:${A}`, 0, 'A');
  },
  processing: (shard) => shard.process([A]),
  succeeded: (shard) => shard.succeed([A]),
  failed: (shard) => shard.fail([A]),
  cancelled: (shard) => shard.cancel([A]),
};

const outcome = (code: string): { claim: string; id: string; line: string; delayMs: number } => ({
  claim: no(1),
  id: A,
  line: `\n${tailLine(code, no(1))}`,
  delayMs: 5000,
});

interface Attempt {
  /** What must be so before, besides the job. */
  readonly given?: (shard: TestShard) => Promise<unknown>;
  readonly call: (shard: TestShard) => Promise<unknown>;
}

/** Tries a transition of job A; a worker's as the first claim of Ada. */
export const ATTEMPT: Readonly<Record<TransitionVerb, Attempt>> = {
  ...BATCH_ATTEMPTS,
  ...CHANGE_ATTEMPTS,
  ...FLOW_ATTEMPTS,
  enqueue: { call: async (shard) => shard.jobs.enqueue(await shard.producerCall([A], '2')) },
  schedule: { call: async (shard) => shard.jobs.schedule(await shard.producerCall([A], 'in 5000')) },
  promote: {
    given: async (shard) => shard.clock.advance(MINUTE_MS),
    call: (shard) => shard.jobs.promote(BOB),
  },
  claim: { given: (shard) => shard.register(BOB), call: (shard) => shard.claim(BOB, 1) },
  succeed: {
    call: (shard) => shard.jobs.succeed(ADA, 100, [{ claim: no(1), ids: [A], lines: [outcome('S').line] }]),
  },
  retry: { call: (shard) => shard.jobs.retry(ADA, [outcome('R')]) },
  defer: { call: (shard) => shard.jobs.defer(ADA, [outcome('D')]) },
  fail: { call: (shard) => shard.jobs.fail(ADA, 100, [outcome('F')]) },
  release: { call: (shard) => shard.jobs.release(ADA, [outcome('L')]) },
  reconcile: { given: (shard) => shard.register(ADA), call: (shard) => shard.jobs.reconcile(ADA, no(1), []) },
  rescue: {
    given: async (shard) => {
      await shard.register(ADA);
      await shard.die(ADA);
    },
    call: (shard) => shard.jobs.rescue(ADA, NOTHING_KEPT),
  },
  quarantine: { call: (shard) => shard.jobs.quarantine(ADA, [outcome('')]) },
  cancel: { call: (shard) => shard.jobs.cancel([A], EVE, 100) },
  requeue: { call: (shard) => shard.jobs.requeue([A], EVE) },
  delete: { call: (shard) => shard.jobs.delete([A], EVE, true) },
  purge: { call: (shard) => shard.jobs.purge('mail', EVE, true) },
  trim: { call: (shard) => shard.jobs.trim(NOTHING_KEPT) },
};
