import type { ProducerCall } from '../store/producer-call.ts';
import { A, ADA, B, C, D, E, EVE, F } from './cast.ts';
import type { Scene } from './scene.ts';
import { openSet } from './scene.ts';
import type { TestShard } from './test-shard.ts';

/** Batch E: a draft with A and B, C that is due later, the callback D, and the batch F within. */

const NOBODY = '-'.repeat(24);
const memberOf = (batch: string, state: 'A' | 'E' | 'S'): string =>
  `${state}000600${NOBODY}\ngreet {"ties":{"batch":"${batch}"}}\n{}`;
const callback = `E000600${NOBODY}\ngreet {"ties":{"parents":[["${E}","DFC"]]}}\n{}`;

interface MemberGroup {
  readonly place: string;
  readonly jobs: readonly string[];
}

/** The call of a producer for tied jobs; each has a number of its own. */
async function tiedCall(shard: TestShard, { place, jobs }: MemberGroup): Promise<ProducerCall> {
  const { groups, ...call } = await shard.producerCall([], '2');
  return { ...call, groups: groups.map((group) => ({ ...group, place, jobs })) };
}

/** Draft E with members A and B. */
export async function beginDraft(shard: TestShard): Promise<void> {
  await shard.batches.draft(E, 'album', undefined);
  await shard.jobs.gather(await gatherCall(shard, [A, B]));
}

/** The call that gathers jobs for batch E. */
export function gatherCall(shard: TestShard, ids: readonly string[]): Promise<ProducerCall> {
  return tiedCall(shard, { place: E, jobs: ids.flatMap((id) => [id, memberOf(E, 'A')]) });
}

async function fillDraft(shard: TestShard): Promise<void> {
  await beginDraft(shard);
  await shard.batches.draft(F, 'inner', E);
  await shard.jobs.admit(await tiedCall(shard, { place: 'in 60000', jobs: [C, memberOf(E, 'S')] }));
  await shard.jobs.admit(await tiedCall(shard, { place: 'now', jobs: [D, callback] }));
}

const batchKeys = {
  batch: [`batch:${E}`, `batch:${F}`],
  members: [`members:${E}`],
  batches: ['batches'],
} as const;
const jobKeys = { job: [`job:${A}`, `job:${C}`], queues: ['queues'] } as const;
/** What nothing in these scenes needs; damaged or missing, it changes nothing. */
const otherKeys = {
  wake: [],
  ended: [],
  events: ['events'],
  eventsMost: [],
  damaged: ['quarantine'],
  quarantine: [`quarantine:${A}`],
  failed: ['failed'],
  requeued: ['requeued'],
  succeeded: ['succeeded'],
} as const;
const familyKeys = { children: [`children:${E}`], waits: [`waits:${C}`, `waits:${D}`] } as const;

/** One scene for each script of batches. */
export const BATCH_SCENES = {
  draft: {
    given: async (shard) => {
      await beginDraft(shard);
      return () => shard.batches.draft(F, 'inner', E);
    },
    keys: { ...otherKeys, batch: batchKeys.batch, members: batchKeys.members },
  },
  gather: {
    given: async (shard) => {
      await shard.batches.draft(E, 'album', undefined);
      const call = await gatherCall(shard, [A, B]);
      return () => shard.jobs.gather(call);
    },
    keys: {
      ...otherKeys,
      ...jobKeys,
      batch: [`batch:${E}`],
      members: batchKeys.members,
      producer: ['producer:shop'],
    },
  },
  launch: {
    given: async (shard) => {
      await fillDraft(shard);
      await shard.idle(ADA);
      return () => shard.jobs.launch(E);
    },
    keys: { ...otherKeys, ...batchKeys, ...jobKeys, ...familyKeys },
  },
  discard: {
    given: async (shard) => {
      await fillDraft(shard);
      return () => shard.jobs.discard(E, true);
    },
    keys: { ...otherKeys, ...batchKeys, ...jobKeys, ...familyKeys },
  },
  halt: {
    given: async (shard) => {
      await fillDraft(shard);
      await shard.jobs.launch(E);
      await shard.register(ADA);
      await shard.claimNext(ADA, { most: 1 });
      return () => shard.jobs.halt(E, EVE, 100);
    },
    keys: {
      ...otherKeys,
      ...batchKeys,
      ...jobKeys,
      ...familyKeys,
      processing: openSet(1),
      audit: ['audit'],
    },
  },
} satisfies Record<string, Scene>;
