import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError, PayloadError, show } from './errors.ts';
import type { FlowOptions } from './flow-options.ts';
import { FLOW_RULES, hasFlow } from './flow-options.ts';
import type { JobAbout, JobMetadata, JobOptions } from './job/job.ts';
import { encodeHeader, JOB_DEFAULTS } from './job/job.ts';
import type { Priority } from './job/priority.ts';
import { PRIORITIES } from './job/priority.ts';
import type { RetryPolicy } from './job/retry-policy.ts';
import { checkRetryPolicy } from './job/retry-policy.ts';
import type { Rule } from './options.ts';
import {
  anything,
  checkOptions,
  jobName,
  oneOf,
  queueName,
  shortText,
  wholeNumber,
  yesOrNo,
} from './options.ts';

/** How a job runs; given with a contract for all its jobs, or with one job. */
export interface RunOptions<Input = unknown> extends FlowOptions<Input> {
  /** The queue it waits in. @default "default" */
  readonly queue?: string;
  /** Before whom it runs in its queue. @default "normal" */
  readonly priority?: Priority;
  /** Whether it runs before all that wait with its queue and priority, not after them. @default false */
  readonly lifo?: boolean;
  /** How often it is tried before it is `failed`; 1 to 1000. @default 10 */
  readonly maxAttempts?: number;
  /** How long to wait before the next attempt. @default "hangfire" */
  readonly retry?: RetryPolicy;
  /** How long an attempt may take; 0: as long as it likes. Then the handler's signal aborts and the attempt has failed. @default 0 */
  readonly timeout?: Duration;
  /** What becomes of it when its last attempt has failed: `failed`, for a person to see, or `cancelled`. @default "fail" */
  readonly onExhausted?: 'fail' | 'cancel';
  /** Facts for handlers, middleware and people, such as a tenant or a trace: an object whose JSON has at most 1 KiB. */
  readonly metadata?: JobMetadata;
  /** What people read instead of the name; 1 to 128 characters. */
  readonly displayName?: string;
}

/** What a job is called, what goes in and what comes out: all that a producer must know of it. The handler is elsewhere. */
export interface JobDefinition<Input = unknown> extends RunOptions<Input> {
  /** Its name, unique in an installation: letters, digits, `_ . : / -`. */
  readonly name: string;
  /** Checks the input when it is enqueued and again before the handler: a schema of zod, valibot, arktype or any other Standard Schema. */
  readonly input?: StandardSchemaV1;
  /** Checks what the handler returns. */
  readonly result?: StandardSchemaV1;
  /** Counts changes of the input's shape, 1 to 1,000,000. A worker leaves newer jobs than it knows to others. @default 1 */
  readonly version?: number;
  /**
   * Makes an input of this version from an older one that still waits; before the schema checks it, in the worker. At once:
   * what it throws fails the attempt.
   */
  readonly upcast?: (input: unknown, fromVersion: number) => Input;
  /** Names that the job had before, at most 100: its handler also runs jobs that still wait under them. */
  readonly aliases?: readonly string[];
}

/** A job's contract, made by {@link defineJob}. Producers enqueue by it, workers handle by it. */
export interface JobContract<Input = unknown, Result = unknown> extends JobAbout {
  readonly name: string;
  readonly queue: string;
  readonly priority: Priority;
  /** Whether its jobs run before all that wait with their queue and priority. */
  readonly lifo: boolean;
  readonly options: JobOptions;
  readonly input: StandardSchemaV1 | undefined;
  readonly result: StandardSchemaV1 | undefined;
  readonly upcast: ((input: unknown, fromVersion: number) => unknown) | undefined;
  readonly aliases: readonly string[];
  /** Names of the options that its definition gave. */
  readonly given: readonly string[];
  /** What ties its jobs to others; undefined: nothing does. */
  readonly flow: FlowOptions<never> | undefined;
  /** Line 1 of the records of its jobs, as long as a job has no options of its own. */
  readonly header: string;
  /** Never there; carries the types. */
  readonly types?: { readonly input: Input; readonly result: Result };
}

/** The longest line 1 of a record, in bytes. */
const MAX_HEADER_BYTES = 4096;
const MAX_METADATA_BYTES = 1024;

const RUN_RULES: Readonly<Record<string, Rule>> = {
  ...FLOW_RULES,
  queue: queueName,
  priority: oneOf(PRIORITIES),
  lifo: yesOrNo,
  maxAttempts: wholeNumber(1, 1000),
  retry: anything,
  timeout: anything,
  onExhausted: oneOf(['fail', 'cancel']),
  metadata: smallObject,
  displayName: shortText(128),
};
const DEFINITION_RULES: Readonly<Record<string, Rule>> = {
  ...RUN_RULES,
  name: jobName,
  input: schema,
  result: schema,
  version: wholeNumber(1, 1_000_000),
  upcast: (value) => (typeof value === 'function' ? undefined : 'must be a function'),
  aliases: nameList,
};

function schema(value: unknown): string | undefined {
  const isSchema =
    (typeof value === 'object' || typeof value === 'function') && value !== null && '~standard' in value;
  return isSchema ? undefined : 'must be a Standard Schema, such as one of zod, valibot or arktype';
}

function smallObject(value: unknown): string | undefined {
  const json = jsonOf(value);
  return json.startsWith('{') && Buffer.byteLength(json) <= MAX_METADATA_BYTES
    ? undefined
    : `must be an object whose JSON has at most ${MAX_METADATA_BYTES} bytes`;
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // Circular, or a BigInt in it: the rule says what it must be.
    return '';
  }
}

function nameList(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length > 100) return 'must be a list of at most 100 names';
  if (new Set(value).size < value.length) return 'must not name a job twice';
  return value.map(jobName).find((problem) => problem !== undefined);
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
  definition: JobDefinition<StandardSchemaV1.InferInput<S>> & { readonly input: S; readonly result?: R },
): JobContract<StandardSchemaV1.InferInput<S>, StandardSchemaV1.InferOutput<R>>;
export function defineJob<Input = unknown, Result = unknown>(
  definition: JobDefinition<Input>,
): JobContract<Input, Result>;
export function defineJob(definition: JobDefinition): JobContract {
  checkOptions(definition, DEFINITION_RULES, 'defineJob');
  if (typeof definition?.name !== 'string')
    throw new OptionError('defineJob.name', 'is required', definition?.name);
  const { name, version = 1, upcast, aliases = [], metadata, displayName } = definition;
  if (upcast !== undefined && version === 1)
    throw new OptionError(
      'defineJob.upcast',
      'needs a version of 2 or more: from 1 there is nothing older',
      version,
    );
  if (aliases.includes(name))
    throw new OptionError('defineJob.aliases', 'must not name the job itself', aliases);
  const options = resolveJobOptions(definition, JOB_DEFAULTS, 'defineJob');
  return Object.freeze({
    name,
    queue: definition.queue ?? 'default',
    priority: definition.priority ?? 'normal',
    lifo: definition.lifo ?? false,
    options,
    input: definition.input,
    result: definition.result,
    version,
    metadata,
    displayName,
    upcast,
    aliases: Object.freeze([...aliases]),
    given: Object.freeze(
      Object.entries(definition).flatMap(([key, value]) => (value === undefined ? [] : [key])),
    ),
    flow: flowOf(definition),
    header: shortHeader('defineJob', encodeHeader(name, options, { version, metadata, displayName })),
  });
}

/** Those options that tie a job to others; undefined when none is given. */
export function flowOf(options: FlowOptions<never>): FlowOptions<never> | undefined {
  if (!hasFlow(options)) return undefined;
  const names = Object.keys(FLOW_RULES) as (keyof FlowOptions)[];
  const given = names
    .filter((name) => options[name] !== undefined)
    .map((name) => [name, frozen(options[name])]);
  return Object.freeze(Object.fromEntries(given) as FlowOptions<never>);
}

/** A copy that nobody changes, as deep as flow options are: what was checked once stays right. */
function frozen(value: unknown): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map(frozen));
  return typeof value === 'object' && value !== null ? Object.freeze({ ...value }) : value;
}

/** Line 1 of a job's record: what its call says before what its contract says. @throws {OptionError} over 4 KiB */
export function headerOf(contract: JobContract, own: RunOptions<never>, where: string): string {
  const { name, version } = contract;
  const { metadata = contract.metadata, displayName = contract.displayName } = own;
  const options = resolveJobOptions(own, contract.options, where);
  return shortHeader(where, encodeHeader(name, options, { version, metadata, displayName }));
}

/** Every claim carries it and every process decodes it. */
export function shortHeader(where: string, header: string): string {
  const bytes = Buffer.byteLength(header);
  if (bytes <= MAX_HEADER_BYTES) return header;
  throw new OptionError(
    where,
    `must have options of at most ${MAX_HEADER_BYTES} bytes of JSON together`,
    bytes,
  );
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
export function resolveJobOptions(own: RunOptions<never>, defaults: JobOptions, where: string): JobOptions {
  if (own.retry !== undefined) checkRetryPolicy(own.retry, `${where}.retry`);
  return {
    maxAttempts: own.maxAttempts ?? defaults.maxAttempts,
    retry: own.retry ?? defaults.retry,
    timeoutMs: own.timeout === undefined ? defaults.timeoutMs : toMs(own.timeout, `${where}.timeout`),
    onExhausted: own.onExhausted ?? defaults.onExhausted,
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
