import type { ChangeOptions } from './client-options.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { ERROR_BEGINS } from './store/filter-view.ts';
import type { MoveTarget } from './job-changes.ts';
import { newPlace } from './job-changes.ts';
import type { Due } from './job-factory.ts';
import { dueText } from './job-factory.ts';
import { idPrefix, isJobId } from './job/job-id.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES, STATE_LETTERS } from './job/states.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, jobName, oneOf, queueName, shortText, yesOrNo } from './options.ts';
import type { PersonVerb } from './store/change-call.ts';
import { statesFor } from './store/change-call.ts';
import type { OperationCall, StoredFilter, StoredTarget } from './store/operation-store.ts';
import { BULK_VERBS } from './store/operation-store.ts';

/** Which jobs an operation is about: those that have all of these. */
export interface BulkFilter {
  readonly state: JobState;
  readonly queue?: string;
  /** The job's name. */
  readonly name?: string;
  readonly tag?: string;
  /** The id of a batch or workflow: its members, and those of the batches within. */
  readonly batch?: string;
  /** The id of a selection of jobs: `Operations.select`. Not together with `batch`. */
  readonly selection?: string;
  /** With a selection: how its jobs were found, for people who read of the operation. At most 1,000 characters. */
  readonly query?: string;
  /**
   * Older than this, or than this instant: since they ended (succeeded, failed, cancelled) or began to wait for others (awaiting),
   * else since they were created.
   */
  readonly olderThan?: Duration | Date;
  /** Not older than this; as `olderThan`. */
  readonly newerThan?: Duration | Date;
  /** A text in the error of the last attempt, its message or its stack; upper and lower case count. 1 to 500 characters. */
  readonly errorContains?: string;
  /** The name of the error of the last attempt, such as `TypeError`: all of it, as it is shown. 1 to 201 characters. */
  readonly errorName?: string;
  /** Only jobs that failed because workers died with them. Not together with texts and names of errors. @default false */
  readonly poison?: boolean;
}

/** What is to be done with each of the jobs. */
export type BulkChange =
  | { readonly verb: 'cancel' | 'requeue' | 'delete' }
  | { readonly verb: 'move'; readonly to: MoveTarget }
  | { readonly verb: 'reschedule'; readonly due: Due };

/** An operation: one change of all jobs that a filter names. */
export type BulkRequest = BulkChange &
  ChangeOptions & {
    readonly filter: BulkFilter;
    /** At most so many jobs are changed in a second, over all shards; 0.1 to 100,000. @default as fast as it goes */
    readonly ratePerSecond?: number;
    /** Only counts the jobs. @default false */
    readonly dryRun?: boolean;
  };

/** Batches and selections have ids as jobs do. */
function idOf(what: string): Rule {
  return (value) => (typeof value === 'string' && isJobId(value) ? undefined : `must be the id of ${what}`);
}

const FILTER_RULES: Readonly<Record<string, Rule>> = {
  state: oneOf(JOB_STATES),
  queue: queueName,
  name: jobName,
  tag: shortText(128),
  batch: idOf('a batch'),
  selection: idOf('a selection'),
  query: shortText(1000),
  olderThan: anything,
  newerThan: anything,
  errorContains: shortText(500),
  errorName: shortText(201),
  poison: yesOrNo,
};
const REQUEST_RULES: Readonly<Record<string, Rule>> = {
  verb: oneOf(BULK_VERBS),
  filter: anything,
  to: anything,
  due: anything,
  by: anything,
  reason: anything,
  ratePerSecond: (value) =>
    typeof value === 'number' && value >= 0.1 && value <= 100_000
      ? undefined
      : 'must be a number from 0.1 to 100,000',
  dryRun: yesOrNo,
};

/** Checks a request. `now`: the clock of Redis, ms since 1970. @throws {OptionError} */
export function operationOf(request: BulkRequest, now: number): Omit<OperationCall, 'id'> {
  checkOptions(request ?? {}, REQUEST_RULES, 'bulk');
  const { verb, filter, ratePerSecond = 0, dryRun = false } = request;
  if (verb === undefined) throw new OptionError('bulk.verb', `must be one of ${BULK_VERBS.join(', ')}`, verb);
  checkOptions(filter, FILTER_RULES, 'bulk.filter');
  if (filter?.state === undefined)
    throw new OptionError('bulk.filter.state', `must be one of ${JOB_STATES.join(', ')}`, filter?.state);
  checkPairs(filter);
  const from = statesFor(verb satisfies PersonVerb);
  if (!from.includes(filter.state))
    throw new OptionError(
      'bulk.filter.state',
      `must be one that ${verb} can change: ${from.join(', ')}`,
      filter.state,
    );
  return { verb, filter: storedFilter(filter, now), target: targetOf(request), rate: ratePerSecond, dryRun };
}

/** Fields that exclude each other. */
const EXCLUDED: readonly (readonly [keyof BulkFilter, readonly (keyof BulkFilter)[]])[] = [
  ['selection', ['batch']],
  ['poison', ['errorContains', 'errorName']],
];

function checkPairs(filter: BulkFilter): void {
  for (const [field, others] of EXCLUDED)
    for (const other of others)
      if (filter[field] !== undefined && filter[field] !== false && filter[other] !== undefined)
        throw new OptionError(`bulk.filter.${other}`, `does not go together with ${field}`, filter[other]);
  if (filter.query !== undefined && filter.selection === undefined)
    throw new OptionError('bulk.filter.query', 'goes together with a selection', filter.query);
}

/** Workers of older versions know no names: they look for it as a text. */
function nameFilter(name: string, text: string | undefined): Pick<StoredFilter, 'errorName' | 'error'> {
  const errorName = `${ERROR_BEGINS}${JSON.stringify(name)}`;
  return text === undefined ? { errorName, error: errorName } : { errorName };
}

function storedFilter(filter: BulkFilter, now: number): StoredFilter {
  const { state, queue, name, tag, batch, selection, query, errorContains, errorName, poison } = filter;
  const before = instantOf(filter.olderThan, now, 'bulk.filter.olderThan');
  const after = instantOf(filter.newerThan, now, 'bulk.filter.newerThan');
  return {
    state: STATE_LETTERS[state],
    ...(queue !== undefined && { queue }),
    ...(name !== undefined && { name }),
    ...(tag !== undefined && { tag }),
    ...(batch !== undefined && { batch }),
    ...(selection !== undefined && { selection }),
    ...(query !== undefined && { query }),
    ...(after !== undefined && { after, afterId: idPrefix(after) }),
    ...(before !== undefined && { before, beforeId: idPrefix(before) }),
    ...(errorContains !== undefined && { error: JSON.stringify(errorContains).slice(1, -1) }),
    ...(errorName !== undefined && nameFilter(errorName, errorContains)),
    // Workers of older versions know no poison: by this they find nothing.
    ...(poison === true && { poison, error: '"reason":"poison"' }),
  };
}

function instantOf(age: Duration | Date | undefined, now: number, option: string): number | undefined {
  if (age === undefined) return undefined;
  if (!(age instanceof Date)) return now - toMs(age, option);
  const ms = age.getTime();
  if (!(ms >= 0)) throw new OptionError(option, 'must be a duration or a Date since 1970', age);
  return ms;
}

function targetOf(request: BulkRequest): StoredTarget {
  const { to, due } = request as { readonly to?: MoveTarget; readonly due?: Due };
  for (const [option, value, owner] of [
    ['to', to, 'move'],
    ['due', due, 'reschedule'],
  ] as const)
    if (value !== undefined && request.verb !== owner)
      throw new OptionError(
        `bulk.${option}`,
        `belongs to the verb "${owner}", not to "${request.verb}"`,
        value,
      );
  if (request.verb === 'move') {
    const { queue, priority } = newPlace(request.to ?? {}, 'bulk.to');
    return { ...(queue !== undefined && { queue }), ...(priority !== undefined && { priority }) };
  }
  if (request.verb !== 'reschedule') return {};
  const [kind, ms] = dueText(request.due, 'bulk.due').split(' ');
  return kind === 'in' ? { delay: Number(ms) } : { at: Number(ms) };
}
