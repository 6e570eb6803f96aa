import type { JobContract, RunOptions } from './contract.ts';
import type { PayloadCodecs } from './codec.ts';
import { OptionError } from './errors.ts';
import type { Home } from './job-factory.ts';
import { makeJob, planJob } from './job-factory.ts';
import { shardOf } from './job/job-id.ts';
import type { NewJob } from './new-jobs.ts';
import { learnQueues, producerJobs } from './new-jobs.ts';
import type { Shard } from './shard-set.ts';
import type { JobOutcome } from './store/job-store.ts';
import type { Outcome } from './store/outcomes.ts';
import { ProtocolError } from './redis/script.ts';

/** Children of a running job: made while it runs, stored when it begins to wait for them (docs/protocol.md §22). */

/** What a running job asks for. */
export interface ChildRequest {
  readonly contract: JobContract;
  readonly input: unknown;
  readonly options: RunOptions<never> | undefined;
}

/** How often the code of a queue may turn out to be another one. */
const TRIES = 3;

/** Makes a child for the shard of the job that asks for it. @throws {OptionError} @throws {PayloadError} */
export async function makeChild(
  { contract, input, options }: ChildRequest,
  home: Home,
  codecs: PayloadCodecs | undefined,
): Promise<NewJob> {
  const plan = planJob(contract, options, undefined);
  const job = await makeJob(codecs === undefined ? plan : { ...plan, codecs }, input, home);
  if (shardOf(job.id) !== home.shard)
    throw new OptionError(
      'enqueueChild',
      'must have keys that lie with the job that enqueues it: give both the same part in braces',
      options,
    );
  return { ...job, needsAdmission: true };
}

/** Lets a job wait for its children. `full`: this queue takes no more jobs; `MANY`: with these it has too many. Nothing was done. */
export async function suspend(
  shard: Shard,
  worker: string,
  { job, children }: { readonly job: JobOutcome; readonly children: readonly NewJob[] },
): Promise<Outcome | 'MANY' | { readonly full: string }> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    await learnQueues(children, shard.queues);
    const answer = await shard.jobs.suspend(worker, job, producerJobs(children, shard.queues, true));
    if (answer !== 'CODES') return answer;
    shard.queues.forgetCodes();
  }
  throw new ProtocolError('suspend', 'CODES');
}
