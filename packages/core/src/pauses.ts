import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import { OptionError } from './errors.ts';
import { jobName } from './options.ts';
import type { Shard } from './shard-set.ts';

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
  const replies = await Promise.all(shards.map(({ queues }) => queues[verb](target, actor)));
  return replies.includes('OK');
}

function nameOf(job: string | { readonly name: string }, verb: string): string {
  const name = typeof job === 'string' ? job : job?.name;
  const problem = jobName(name);
  if (problem !== undefined) throw new OptionError(`${verb}.job`, problem, name);
  return name;
}
