import type { PayloadCodecs } from './codec.ts';
import { encodePayload } from './codec.ts';
import type { JobChangeOptions } from './client-options.ts';
import { changeOf } from './client-options.ts';
import type { JobContract, RunOptions } from './contract.ts';
import { checkRunOptions, resolveJobOptions, shortHeader, validate } from './contract.ts';
import { JobNotFoundError, OptionError, StateConflictError } from './errors.ts';
import type { Due } from './job-factory.ts';
import { dueText } from './job-factory.ts';
import { isJobId, shardOf } from './job/job-id.ts';
import type { JobHeader } from './job/job.ts';
import { decodeHeader, replaceOptions } from './job/job.ts';
import type { Priority } from './job/priority.ts';
import { PRIORITIES, priorityDigit } from './job/priority.ts';
import { checkOptions, oneOf, queueName, yesOrNo } from './options.ts';
import { encodeJson, isLarge } from './payload.ts';
import type { Shard } from './shard-set.ts';
import type { Change, NewPlace } from './store/change-call.ts';
import type { PersonOutcome } from './store/outcomes.ts';

/** Where jobs that wait are moved: at least one of both. */
export interface MoveTarget {
  readonly queue?: string;
  readonly priority?: Priority;
}

/** Options of a job that may still be changed while it waits. What ties it to others stays. */
export type ChangeableOptions = Pick<
  RunOptions,
  'maxAttempts' | 'retry' | 'timeout' | 'onExhausted' | 'metadata' | 'displayName'
>;

/** What a job that waits gets instead of what it has; what is left out stays. */
export interface JobUpdate<Input = unknown> {
  readonly input?: Input;
  readonly options?: ChangeableOptions;
}

/** What an update is called with after the job's id. */
export type UpdateArguments =
  | [update: JobUpdate & JobChangeOptions]
  | [contract: JobContract, update: JobUpdate & JobChangeOptions];

/** What these need of the client. */
export interface ChangesHost {
  readonly keepCancelled: number;
  readonly codecs: PayloadCodecs | undefined;
  shards(): Promise<readonly Shard[]>;
}

/** Ids of one call of a script. */
const MOST_IDS = 500;
const TARGET_RULES = { queue: queueName, priority: oneOf(PRIORITIES) };
const UPDATE_RULES = { input: () => undefined, options: () => undefined };
const CHANGEABLE: ReadonlySet<string> = new Set<keyof ChangeableOptions>([
  'maxAttempts',
  'retry',
  'timeout',
  'onExhausted',
  'metadata',
  'displayName',
]);
/** How often an update begins anew because somebody else has updated the job meanwhile. */
const MOST_TRIES = 20;

/** Changes of jobs by their ids, on the shards where they live. */
export class JobChanges {
  readonly #host: ChangesHost;

  constructor(host: ChangesHost) {
    this.#host = host;
  }

  cancel(ids: readonly string[], options?: JobChangeOptions): Promise<PersonOutcome[]> {
    const change = changeOf(options, 'cancel');
    return this.#each(ids, ({ jobs }, some) => jobs.cancel(some, change, this.#host.keepCancelled));
  }

  requeue(ids: readonly string[], options?: JobChangeOptions): Promise<PersonOutcome[]> {
    const change = changeOf(options, 'requeue');
    return this.#each(ids, ({ jobs }, some) => jobs.requeue(some, change));
  }

  delete(
    ids: readonly string[],
    { force, ...options }: JobChangeOptions & { readonly force?: boolean } = {},
  ): Promise<PersonOutcome[]> {
    checkOptions({ force }, { force: yesOrNo }, 'delete');
    const change = changeOf(options, 'delete');
    return this.#each(ids, ({ jobs }, some) => jobs.delete(some, change, force === true));
  }

  reschedule(ids: readonly string[], when: Due & JobChangeOptions): Promise<PersonOutcome[]> {
    const { in: delay, at, ...options } = when ?? {};
    const change = changeOf(options, 'reschedule');
    const due = dueText({ in: delay, at } as Due, 'reschedule');
    return this.#each(ids, ({ jobs }, some) => jobs.reschedule(some, change, due));
  }

  promote(ids: readonly string[], options?: JobChangeOptions): Promise<PersonOutcome[]> {
    const change = changeOf(options, 'promote');
    return this.#each(ids, ({ jobs }, some) => jobs.hasten(some, change));
  }

  move(ids: readonly string[], target: MoveTarget & JobChangeOptions): Promise<PersonOutcome[]> {
    const { queue, priority, ...options } = target ?? {};
    const change = changeOf(options, 'move');
    const to = newPlace({ queue, priority } as MoveTarget, 'move');
    return this.#each(ids, (shard, some) => moveIn(shard, some, { change, to }));
  }

  /** One job; `contract` checks its input. */
  async update(
    id: string,
    contract: JobContract | undefined,
    { input, options, ...rest }: JobUpdate & JobChangeOptions,
  ): Promise<PersonOutcome> {
    const change = changeOf(rest, 'update');
    const update = { ...(input !== undefined && { input }), ...(options !== undefined && { options }) };
    checkUpdate(update);
    const shard = isJobId(id) ? (await this.#host.shards())[shardOf(id)] : undefined;
    if (shard === undefined) return 'GONE';
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const was = await shard.reader.header(id);
      const content = await newContent(id, was, { contract, codecs: this.#host.codecs, ...update });
      const outcome = await shard.jobs.update(id, change, content);
      if (outcome !== 'CHANGED') return outcome;
    }
    throw new StateConflictError(id, 'update', 'being changed by others all the time');
  }

  async #each(
    ids: readonly string[],
    apply: (shard: Shard, ids: readonly string[]) => Promise<PersonOutcome[]>,
  ): Promise<PersonOutcome[]> {
    const outcomes = new Map<string, PersonOutcome>();
    for (const shard of await this.#host.shards()) {
      const own = [...new Set(ids)].filter((id) => isJobId(id) && shardOf(id) === shard.number);
      for (let from = 0; from < own.length; from += MOST_IDS) {
        const some = own.slice(from, from + MOST_IDS);
        const replies = await apply(shard, some);
        some.forEach((id, i) => outcomes.set(id, replies[i] ?? 'GONE'));
      }
    }
    return ids.map((id) => outcomes.get(id) ?? 'GONE');
  }
}

/** How outcomes that are no states read in a message. */
const CONFLICTS: Readonly<Record<string, string>> = {
  DAMAGED: 'damaged',
  LOCKED: 'not allowed beside another job that holds its unique key',
};

/** What one job's outcome means to whoever asked for it. @throws {JobNotFoundError} @throws {StateConflictError} */
export function settle(verb: string, id: string, outcome: PersonOutcome | undefined): void {
  if (outcome === undefined || outcome === 'GONE') throw new JobNotFoundError(id);
  if (outcome !== 'OK') throw new StateConflictError(id, verb, CONFLICTS[outcome] ?? outcome);
}

/** Checks where jobs are to be moved. @throws {OptionError} */
export function newPlace(target: MoveTarget, where: string): NewPlace {
  checkOptions(target, TARGET_RULES, where);
  const { queue, priority } = target;
  if (queue === undefined && priority === undefined)
    throw new OptionError(where, 'must have a queue, a priority, or both', target);
  return { queue, priority: priority === undefined ? undefined : priorityDigit(priority) };
}

/** A shard learns a queue's name before its first job comes. */
async function moveIn(
  { jobs, queues }: Shard,
  ids: readonly string[],
  { change, to }: { readonly change: Change; readonly to: NewPlace },
): Promise<PersonOutcome[]> {
  for (;;) {
    const replies = await jobs.move(ids, change, to);
    if (replies !== 'CODES') return replies;
    await queues.learnCodes([to.queue ?? '']);
  }
}

function checkUpdate(update: JobUpdate): void {
  checkOptions(update, UPDATE_RULES, 'update');
  const { input, options } = update;
  if (input === undefined && options === undefined)
    throw new OptionError('update', 'must have an input, options, or both', update);
  for (const name of Object.keys(options ?? {}))
    if (!CHANGEABLE.has(name))
      throw new OptionError(
        `update.options.${name}`,
        `cannot be changed any more; only ${[...CHANGEABLE].join(', ')} can`,
        '…',
      );
  checkRunOptions(options, 'update.options');
}

interface UpdateParts {
  readonly input?: unknown;
  readonly options?: ChangeableOptions | undefined;
  readonly contract: JobContract | undefined;
  readonly codecs: PayloadCodecs | undefined;
}

type NewContent = Parameters<Shard['jobs']['update']>[2];

/** Of a job without a header the script tells what is wrong with it. */
async function newContent(
  id: string,
  was: string | undefined,
  { contract, codecs, input, options }: UpdateParts,
): Promise<NewContent> {
  const header = was === undefined ? undefined : decodeHeader(was);
  if (was === undefined || header === undefined) return { was: '', header: '', payload: undefined };
  if (contract !== undefined && header.name !== contract.name && !contract.aliases.includes(header.name))
    throw new OptionError(
      'update.contract',
      `must be that of the job, which is ${header.name}`,
      contract.name,
    );
  return {
    was,
    header: newHeader(was, header, { contract, input, options }),
    payload: input === undefined ? undefined : await newPayload(id, header.name, { contract, codecs, input }),
  };
}

function newHeader(was: string, header: JobHeader, parts: Omit<UpdateParts, 'codecs'>): string {
  const { contract, input, options = {} } = parts;
  const { metadata = header.metadata, displayName = header.displayName } = options;
  // An input that a contract has checked is of its version.
  const version = contract !== undefined && input !== undefined ? contract.version : header.version;
  const all = resolveJobOptions(options, header.options, 'update.options');
  return shortHeader('update.options', replaceOptions(was, all, { version, metadata, displayName }));
}

async function newPayload(
  id: string,
  job: string,
  { contract, codecs, input }: Omit<UpdateParts, 'options'>,
): Promise<NewContent['payload']> {
  const schema = contract?.input;
  const checked =
    schema === undefined ? input : await validate(schema, input, { code: 'INPUT_INVALID', job });
  const owner = { kind: 'PAYLOAD', job, id } as const;
  const json = encodeJson(checked, owner);
  const text = codecs === undefined ? json : encodePayload(json, codecs, owner);
  return { text, isLarge: isLarge(text) };
}
