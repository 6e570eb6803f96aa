import type { Duration } from './duration.ts';
import { OptionError } from './errors.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import type { ParentTie } from './job/ties.ts';

/** How a parent must end for its child to run. A child whose parent has ended otherwise is cancelled, and says why. */
export type ParentCondition = 'succeeded' | 'failed' | 'cancelled' | 'finished';

/** Options of a continuation, beside those of any job. */
export interface ContinueOptions {
  /** `finished`: however it ends. @default "succeeded" */
  readonly on?: ParentCondition;
  /** How long it waits after its parents have ended. @default 0 */
  readonly in?: Duration;
}

/** A job that another one follows: its id, or its handle. */
export type ParentRef = string | { readonly id: string };

const MOST_PARENTS = 100;
const STATES: Readonly<Record<ParentCondition, string>> = {
  succeeded: 'D',
  failed: 'F',
  cancelled: 'C',
  finished: 'DFC',
};

/** What a child is tied to, and the shard where it must live: its parents' own. @throws {OptionError} */
export function parentTies(
  parents: ParentRef | readonly ParentRef[],
  on: ParentCondition = 'succeeded',
): { readonly ties: readonly ParentTie[]; readonly shard: number } {
  const refs = Array.isArray(parents) ? (parents as readonly ParentRef[]) : [parents as ParentRef];
  const ids = [...new Set(refs.map((ref) => (typeof ref === 'string' ? ref : ref?.id)))];
  if (ids.length === 0 || ids.length > MOST_PARENTS)
    throw new OptionError('continueWith.parent', `must be 1 to ${MOST_PARENTS} jobs`, ids.length);
  const wrong = ids.find((id) => typeof id !== 'string' || !isJobId(id));
  if (wrong !== undefined || ids[0] === undefined)
    throw new OptionError('continueWith.parent', 'must be the id or the handle of a job', wrong);
  if (!Object.hasOwn(STATES, on))
    throw new OptionError('continueWith.on', `must be one of ${Object.keys(STATES).join(', ')}`, on);
  const shard = shardOf(ids[0]);
  const apart = ids.find((id) => shardOf(id) !== shard);
  if (apart !== undefined)
    throw new OptionError(
      'continueWith.parent',
      'must be jobs of one shard: enqueue them with keys that have the same part in braces, or as a workflow',
      [ids[0], apart],
    );
  return { ties: ids.map((id) => [id, STATES[on]] as const), shard };
}

/** The ties of a member of a batch: a batch must end, so its members do not wait for a failed parent to run again. */
export function memberTies(ties: readonly ParentTie[]): readonly ParentTie[] {
  return ties.map(([id, states]) => [id, `${states}!`] as const);
}
