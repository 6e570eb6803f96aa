import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError, PayloadError, show } from './errors.ts';
import type { JobOptions } from './job/job.ts';
import { encodeHeader, JOB_DEFAULTS } from './job/job.ts';
import type { Priority } from './job/priority.ts';
import { PRIORITIES } from './job/priority.ts';
import type { RetryPolicy } from './job/retry-policy.ts';
import { checkRetryPolicy } from './job/retry-policy.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, jobName, oneOf, queueName, wholeNumber } from './options.ts';

/** How a job runs; given with a contract for all its jobs, or with one job. */
export interface RunOptions {
  /** The queue it waits in. @default "default" */
  readonly queue?: string;
  /** Before whom it runs in its queue. @default "normal" */
  readonly priority?: Priority;
  /** How often it is tried before it is `failed`; 1 to 1000. @default 10 */
  readonly maxAttempts?: number;
  /** How long to wait before the next attempt. @default "hangfire" */
  readonly retry?: RetryPolicy;
  /** How long an attempt may take; 0: as long as it likes. Then the handler's signal aborts and the attempt has failed. @default 0 */
  readonly timeout?: Duration;
}

/** What a job is called, what goes in and what comes out: all that a producer must know of it. The handler is elsewhere. */
export interface JobDefinition extends RunOptions {
  /** Its name, unique in an installation: letters, digits, `_ . : / -`. */
  readonly name: string;
  /** Checks the input when it is enqueued and again before the handler: a schema of zod, valibot, arktype or any other Standard Schema. */
  readonly input?: StandardSchemaV1;
  /** Checks what the handler returns. */
  readonly result?: StandardSchemaV1;
}

/** A job's contract, made by {@link defineJob}. Producers enqueue by it, workers handle by it. */
export interface JobContract<Input = unknown, Result = unknown> {
  readonly name: string;
  readonly queue: string;
  readonly priority: Priority;
  readonly options: JobOptions;
  readonly input: StandardSchemaV1 | undefined;
  readonly result: StandardSchemaV1 | undefined;
  /** Line 1 of the records of its jobs, as long as a job has no options of its own. */
  readonly header: string;
  /** Never there; carries the types. */
  readonly types?: { readonly input: Input; readonly result: Result };
}

const RUN_RULES: Readonly<Record<string, Rule>> = {
  queue: queueName,
  priority: oneOf(PRIORITIES),
  maxAttempts: wholeNumber(1, 1000),
  retry: anything,
  timeout: anything,
};
const DEFINITION_RULES: Readonly<Record<string, Rule>> = {
  ...RUN_RULES,
  name: jobName,
  input: schema,
  result: schema,
};

function schema(value: unknown): string | undefined {
  const isSchema =
    (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
  return isSchema ? undefined : 'must be a Standard Schema, such as one of zod, valibot or arktype';
}

/**
 * Defines a job: its name, its types, its defaults.
 *
 * @example
 * const sendMail = defineJob({ name: 'mail.send', input: z.object({ to: z.string() }), queue: 'mail' });
 * const resize = defineJob<{ path: string }, { bytes: number }>({ name: 'image.resize' });
 *
 * @throws {OptionError} for an unknown option or a wrong value.
 */
export function defineJob<
  S extends StandardSchemaV1,
  R extends StandardSchemaV1 = StandardSchemaV1<unknown, unknown>,
>(
  definition: JobDefinition & { readonly input: S; readonly result?: R },
): JobContract<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<R>>;
export function defineJob<Input = unknown, Result = unknown>(
  definition: JobDefinition,
): JobContract<Input, Result>;
export function defineJob(definition: JobDefinition): JobContract {
  checkOptions(definition, DEFINITION_RULES, 'defineJob');
  if (typeof definition?.name !== 'string')
    throw new OptionError('defineJob.name', 'is required', definition?.name);
  const options = resolveJobOptions(definition, JOB_DEFAULTS, 'defineJob');
  return Object.freeze({
    name: definition.name,
    queue: definition.queue ?? 'default',
    priority: definition.priority ?? 'normal',
    options,
    input: definition.input,
    result: definition.result,
    header: encodeHeader(definition.name, options),
  });
}

/** Checks the options of one job; `rules` adds options that only some calls know. */
export function checkRunOptions(
  options: unknown,
  where: string,
  rules: Readonly<Record<string, Rule>> = {},
): void {
  checkOptions(options, { ...RUN_RULES, ...rules }, where);
}

/** The options of a job: its own before those of its contract. */
export function resolveJobOptions(own: RunOptions, defaults: JobOptions, where: string): JobOptions {
  if (own.retry !== undefined) checkRetryPolicy(own.retry, `${where}.retry`);
  return {
    maxAttempts: own.maxAttempts ?? defaults.maxAttempts,
    retry: own.retry ?? defaults.retry,
    timeoutMs: own.timeout === undefined ? defaults.timeoutMs : toMs(own.timeout, `${where}.timeout`),
  };
}

/** Runs a Standard Schema. Throws {@link PayloadError} with the issues; returns what the schema made of the value. */
export function validate(
  check: StandardSchemaV1,
  value: unknown,
  about: { readonly code: 'INPUT_INVALID' | 'RESULT_INVALID'; readonly job: string },
): unknown {
  const outcome = check['~standard'].validate(value);
  return outcome instanceof Promise ? outcome.then((later) => accept(later, about)) : accept(outcome, about);
}

function accept(
  outcome: StandardSchemaV1.Result<unknown>,
  about: { readonly code: string; readonly job: string },
): unknown {
  if (outcome.issues === undefined) return outcome.value;
  const issues = outcome.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const first = issues
    .slice(0, 3)
    .map((issue) => (issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`));
  const what = about.code === 'INPUT_INVALID' ? 'input' : 'result';
  throw new PayloadError(about.code, `${what} of ${show(about.job)} is invalid: ${first.join('; ')}`, {
    job: about.job,
    issues,
  });
}

function pathOf(issue: StandardSchemaV1.Issue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
