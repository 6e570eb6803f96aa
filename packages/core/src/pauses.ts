import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { OptionError } from './errors.ts';
import { jobName } from './options.ts';
import type { Shard } from './shard-set.ts';
import type { Actor } from './store/job-store.ts';

/** What is paused or resumed: the jobs of a name, or everything. A queue is paused by its handle. */
export interface PauseOptions extends ChangeOptions {
  /** A job's name, or a contract. @default everything */
  readonly job?: string | { readonly name: string };
}

/** How pauses call everything. */
const EVERYTHING = '*';

/** Pauses or resumes in every shard. False: it was so already. @throws {OptionError} */
export async function toggle(
  verb: 'pause' | 'resume',
  shards: readonly Shard[],
  options: PauseOptions = {},
): Promise<boolean> {
  const { job, ...change } = options;
  const actor = actorOf(change, verb);
  const target = job === undefined ? EVERYTHING : `name:${nameOf(job, verb)}`;
  return toggleEverywhere(verb, shards, target, actor);
}

/** `target`: a queue, `name:<job>` or `*`. @returns whether something has changed */
// oxlint-disable-next-line max-params -- what, where, of what, by whom
export async function toggleEverywhere(
  verb: 'pause' | 'resume',
  shards: readonly Shard[],
  target: string,
  actor: Actor,
): Promise<boolean> {
  const replies = await firstThenRest(shards, 0, ({ queues }) => queues[verb](target, actor));
  return replies.includes('OK');
}

/**
 * Changes what stands in every shard: first where it counts, then in the others. When the caller dies in between, a worker's
 * steward completes it, or takes nothing for changed.
 */
export async function firstThenRest<T>(
  shards: readonly Shard[],
  first: number,
  change: (shard: Shard) => Promise<T>,
): Promise<T[]> {
  const replies: T[] = [];
  for (const shard of shards) if (shard.number === first) replies.push(await change(shard));
  const rest = shards.filter(({ number }) => number !== first);
  return [...replies, ...(await Promise.all(rest.map(change)))];
}

function nameOf(job: string | { readonly name: string }, verb: string): string {
  const name = typeof job === 'string' ? job : job?.name;
  const problem = jobName(name);
  if (problem !== undefined) throw new OptionError(`${verb}.job`, problem, name);
  return name;
}
