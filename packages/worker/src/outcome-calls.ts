import { LinstockError, QueueFullError } from '@linstock/core';
import type { JobStore, Outcome, Shard } from '@linstock/core/internal';
import { asRedisError, classifyError, suspend } from '@linstock/core/internal';
import { ChildrenError } from './child-outcomes.ts';
import type { HeldJob } from './held-jobs.ts';
import type { OtherOutcome, OtherVerb } from './outcome-buffer.ts';

/** How outcomes that are not successes become calls. */

interface VerbCall {
  readonly worker: string;
  readonly keep: number;
  readonly jobs: readonly {
    readonly claim: string;
    readonly id: string;
    readonly line: string;
    readonly delayMs: number;
  }[];
}

/** Verbs whose calls carry many jobs. */
export type ManyVerb = Exclude<OtherVerb, 'suspend'>;

/** The call of a verb for outcomes that all belong to one identity. */
export function sendVerb(
  store: JobStore,
  verb: ManyVerb,
  { worker, keep, jobs }: VerbCall,
): Promise<Outcome[]> {
  switch (verb) {
    case 'retry':
      return store.retry(worker, jobs);
    case 'defer':
      return store.defer(worker, jobs);
    case 'fail':
      return store.fail(worker, keep, jobs);
    case 'drop':
      return store.drop(worker, keep, jobs);
    case 'release':
      return store.release(worker, jobs);
    case 'quarantine':
      return store.quarantine(worker, jobs);
  }
}

/** The call that lets a job wait for its children; an error when they cannot be stored, and that will not pass by itself. */
export async function sendSuspension(
  shard: Shard,
  worker: string,
  { job: { claim, id }, line, suspension }: OtherOutcome,
): Promise<Outcome | Error> {
  const call = { job: { claim: claim.text, id, line }, children: suspension?.children ?? [] };
  try {
    const answer = await suspend(shard, worker, call);
    if (answer === 'MANY') return new ChildrenError('TOO_MANY_CHILDREN');
    return typeof answer === 'object' ? new QueueFullError(answer.full) : answer;
  } catch (error) {
    const kind = classifyError(error);
    if (kind !== 'full' && kind !== 'fault') throw error;
    return error instanceof LinstockError ? error : asRedisError(error);
  }
}

/** Outcomes by the identity under which their jobs were claimed. */
export function byWorker<T>(items: readonly T[], jobOf: (item: T) => HeldJob | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const worker = jobOf(item)?.claim.worker ?? '';
    const group = groups.get(worker);
    if (group === undefined) groups.set(worker, [item]);
    else group.push(item);
  }
  return groups;
}
