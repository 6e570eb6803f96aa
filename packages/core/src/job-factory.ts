import { getRandomValues } from 'node:crypto';
import type { JobContract, RunOptions } from './contract.ts';
import { checkRunOptions, resolveJobOptions, validate } from './contract.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { createIdSource } from './job/job-id.ts';
import { encodeBody, encodeHeader } from './job/job.ts';
import { priorityDigit } from './job/priority.ts';
import { anything } from './options.ts';
import { encodeJson, isLarge } from './payload.ts';
import type { NewJob } from './producer.ts';

/** When a job is due: after a time, by the clock of Redis, or at an instant. */
export type Due = { readonly in: Duration; readonly at?: never } | { readonly at: Date; readonly in?: never };

/** All of a new job but its id and its input: the same for many. */
export interface JobPlan {
  readonly contract: JobContract;
  readonly queue: string;
  readonly priority: number;
  readonly header: string;
  readonly due: string | undefined;
}

const nextId = createIdSource({ now: Date.now, randomBytes: getRandomValues });
const NO_OPTIONS: RunOptions = Object.freeze({});

/** Checks a contract and the options of a call. */
export function planJob(
  contract: JobContract,
  options: RunOptions | undefined,
  due: Due | undefined,
): JobPlan {
  if (typeof contract?.header !== 'string') {
    throw new OptionError('contract', 'must be what defineJob() returned', contract);
  }
  const own = options ?? NO_OPTIONS;
  if (own !== NO_OPTIONS)
    checkRunOptions(own, 'enqueue', due === undefined ? {} : { in: anything, at: anything });
  const plain = own.maxAttempts === undefined && own.retry === undefined && own.timeout === undefined;
  return {
    contract,
    queue: own.queue ?? contract.queue,
    priority: priorityDigit(own.priority ?? contract.priority),
    header: plain
      ? contract.header
      : encodeHeader(contract.name, resolveJobOptions(own, contract.options, 'enqueue')),
    due: due === undefined ? undefined : dueText(due),
  };
}

function dueText(due: Due): string {
  if (due?.in !== undefined && due.at === undefined) return `in ${toMs(due.in, 'schedule.in')}`;
  const ms = due?.at instanceof Date && due.in === undefined ? due.at.getTime() : Number.NaN;
  if (!(ms >= 0))
    throw new OptionError('schedule', 'must have either "in" (a duration) or "at" (a Date)', due);
  return `at ${Math.ceil(ms)}`;
}

/** Makes a job for a shard; a promise only where the contract's schema is asynchronous. */
export function makeJob(plan: JobPlan, input: unknown, shard: number): NewJob | Promise<NewJob> {
  const { contract } = plan;
  if (contract.input === undefined) return build(plan, input, shard);
  const checked = validate(contract.input, input, { code: 'INPUT_INVALID', job: contract.name });
  return checked instanceof Promise
    ? checked.then((value) => build(plan, value, shard))
    : build(plan, checked, shard);
}

/** Makes jobs for a shard; a promise only where the contract's schema is asynchronous. */
export function makeJobs(
  plan: JobPlan,
  inputs: readonly unknown[],
  shard: number,
): readonly NewJob[] | Promise<readonly NewJob[]> {
  const made = inputs.map((input) => makeJob(plan, input, shard));
  return made.every(isMade) ? made : Promise.all(made as Promise<NewJob>[]);
}

function isMade(job: NewJob | Promise<NewJob>): job is NewJob {
  return !(job instanceof Promise);
}

function build({ contract, queue, priority, header, due }: JobPlan, input: unknown, shard: number): NewJob {
  const payload = encodeJson(input, { kind: 'PAYLOAD', job: contract.name });
  const large = isLarge(payload);
  return {
    id: nextId(shard),
    queue,
    priority,
    due,
    body: encodeBody(header, large ? '' : payload),
    largePayload: large ? payload : undefined,
  };
}
