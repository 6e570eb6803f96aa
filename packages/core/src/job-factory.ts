import { getRandomValues } from 'node:crypto';
import type { PayloadCodecs } from './codec.ts';
import { encodePayload } from './codec.ts';
import type { JobContract, RunOptions } from './contract.ts';
import { checkRunOptions, flowOf, headerOf, shortHeader, validate } from './contract.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError, PayloadError } from './errors.ts';
import type { FlowOptions } from './flow-options.ts';
import { planFlow } from './flow-options.ts';
import { createIdSource } from './job/job-id.ts';
import { encodeBody, extendHeader } from './job/job.ts';
import { shardOfSlot } from './job/placement.ts';
import type { JobTies, ParentTie } from './job/ties.ts';
import { priorityDigit } from './job/priority.ts';
import { anything } from './options.ts';
import { encodeJson, isLarge } from './payload.ts';
import type { NewJob } from './new-jobs.ts';
import type { StoredJob } from './store/recurring-store.ts';

/** When a job is due: after a time, by the clock of Redis, or at an instant. */
export type Due = { readonly in: Duration; readonly at?: never } | { readonly at: Date; readonly in?: never };

/** All of a new job but its id and its input: the same for many. */
export interface JobPlan {
  readonly contract: JobContract;
  readonly queue: string;
  readonly priority: number;
  /** Whether its jobs go to the fronts of their queues. */
  readonly toFront: boolean;
  readonly header: string;
  readonly due: string | undefined;
  /** How its payload is stored; undefined: as JSON. */
  readonly codecs: PayloadCodecs | undefined;
  /** It may take the place of a job that waits, under that one's id. */
  readonly mayReplace: boolean;
  /** What ties its jobs to others; undefined: nothing does. */
  readonly flow: FlowOptions<never> | undefined;
  /** The shard where they belong; undefined: any. */
  readonly home?: number;
  /** The jobs that they wait for; undefined: none. */
  readonly parents?: readonly ParentTie[];
  /** The batch that they are members of; undefined: none. */
  readonly batch?: string;
  /** Whether that batch is not launched yet. */
  readonly isDraft?: boolean;
  /** Their inputs have places for results of their parents. */
  readonly takesResults?: true;
}

/** Where a new job goes: to the shard of its keys; without keys, to `shard`. */
export interface Home {
  readonly shard: number;
  /** How many shards there are. */
  readonly shards: number;
}

/** Makes ids for jobs of this process. */
export const nextId = createIdSource({ now: Date.now, randomBytes: getRandomValues });
const NO_OPTIONS: RunOptions<never> = Object.freeze({});

/** Checks a contract and the options of a call. */
export function planJob(
  contract: JobContract,
  options: RunOptions<never> | undefined,
  due: Due | undefined,
): JobPlan {
  if (typeof contract?.header !== 'string') {
    throw new OptionError('contract', 'must be what defineJob() returned', contract);
  }
  const own = options ?? NO_OPTIONS;
  if (own !== NO_OPTIONS)
    checkRunOptions(own, 'enqueue', due === undefined ? {} : { in: anything, at: anything });
  const header = sharesHeader(own) ? contract.header : headerOf(contract, own, 'enqueue');
  return {
    contract,
    queue: own.queue ?? contract.queue,
    priority: priorityDigit(own.priority ?? contract.priority),
    toFront: own.lifo ?? contract.lifo,
    header: due === undefined ? header : shortHeader('schedule', extendHeader(header, { delayed: true })),
    due: due === undefined ? undefined : dueText(due),
    codecs: undefined,
    mayReplace: false,
    flow: own === NO_OPTIONS ? contract.flow : mergeFlow(contract.flow, flowOf(own)),
  };
}

function mergeFlow(
  defaults: FlowOptions<never> | undefined,
  own: FlowOptions<never> | undefined,
): FlowOptions<never> | undefined {
  return own === undefined ? defaults : { ...defaults, ...own };
}

/** Whether a job has the header of its contract: it says nothing of its own there. */
function sharesHeader(own: RunOptions<never>): boolean {
  return (
    own === NO_OPTIONS ||
    (own.maxAttempts === undefined &&
      own.retry === undefined &&
      own.timeout === undefined &&
      own.onExhausted === undefined &&
      own.metadata === undefined &&
      own.displayName === undefined)
  );
}

/** `in <ms>` or `at <ms since 1970>`, as scripts take it. @throws {OptionError} */
export function dueText(due: Due, where = 'schedule'): string {
  if (due?.in !== undefined && due.at === undefined) return `in ${toMs(due.in, `${where}.in`)}`;
  const ms = due?.at instanceof Date && due.in === undefined ? due.at.getTime() : Number.NaN;
  if (!(ms >= 0)) throw new OptionError(where, 'must have either "in" (a duration) or "at" (a Date)', due);
  return `at ${Math.ceil(ms)}`;
}

/** Makes a job for a shard; a promise only where the contract's schema is asynchronous. */
export function makeJob(plan: JobPlan, input: unknown, home: Home): NewJob | Promise<NewJob> {
  const { contract } = plan;
  if (contract.input === undefined) return build(plan, input, home);
  const checked = validate(contract.input, input, { code: 'INPUT_INVALID', job: contract.name });
  return checked instanceof Promise
    ? checked.then((value) => build(plan, value, home))
    : build(plan, checked, home);
}

/** Makes what a recurring job stores of its runs. @throws {PayloadError} the input is over 64 KiB */
export async function makeTemplate(plan: JobPlan, input: unknown, home: Home): Promise<StoredJob> {
  const { contract, queue, priority, codecs } = plan;
  const about = { code: 'INPUT_INVALID', job: contract.name } as const;
  const checked = contract.input === undefined ? input : await validate(contract.input, input, about);
  const flow = plan.flow && planFlow(plan.flow, { name: contract.name, input: checked }, 'recurring');
  if (plan.flow?.debounce !== undefined || plan.flow?.key !== undefined)
    throw new OptionError(
      'recurring',
      'must not have a "debounce" or a "key": each tick is a job of its own',
      plan.flow,
    );
  if (flow?.slot !== undefined && shardOfSlot(flow.slot, home.shards) !== home.shard)
    throw new OptionError(
      'recurring',
      'must have an id that lies with its keys: give both the same part in braces',
      flow,
    );
  const owner = { kind: 'PAYLOAD', job: contract.name } as const;
  const json = encodeJson(checked, owner);
  const payload = codecs === undefined ? json : encodePayload(json, codecs, owner);
  if (isLarge(payload))
    throw new PayloadError('PAYLOAD_TOO_LARGE', 'the input of a recurring job has at most 64 KiB of JSON', {
      job: contract.name,
    });
  const header = flow === undefined ? plan.header : extendHeader(plan.header, { ties: flow.ties });
  return { name: contract.name, queue, priority, header, isTied: flow !== undefined, payload };
}

/** Makes jobs for a shard; a promise only where the contract's schema is asynchronous. */
export function makeJobs(
  plan: JobPlan,
  inputs: readonly unknown[],
  home: Home,
): readonly NewJob[] | Promise<readonly NewJob[]> {
  const made = inputs.map((input) => makeJob(plan, input, home));
  return made.every(isMade) ? made : Promise.all(made as Promise<NewJob>[]);
}

function isMade(job: NewJob | Promise<NewJob>): job is NewJob {
  return !(job instanceof Promise);
}

/** The plan for members of a batch. What all have in common stands in their header once. */
export function memberPlan(plan: JobPlan, batch: string, isDraft: boolean): JobPlan {
  const isTiedBesides = plan.flow !== undefined || plan.parents !== undefined;
  const header = !isTiedBesides
    ? shortHeader('enqueue', extendHeader(plan.header, { ties: { batch } }))
    : plan.header;
  return { ...plan, header, batch, isDraft };
}

function build(plan: JobPlan, input: unknown, home: Home): NewJob {
  return plan.flow === undefined && plan.parents === undefined
    ? buildPlain(plan, input, home.shard)
    : buildTied(plan, input, home);
}

/** What a job has of its own, beside what its plan says for many. */
interface OwnWords {
  readonly header: string;
  readonly due: string | undefined;
  readonly mayReplace: boolean;
  readonly isTied: boolean;
  readonly needsAdmission: boolean;
  readonly draft: string | undefined;
}

function buildPlain(plan: JobPlan, input: unknown, shard: number): NewJob {
  const { header, due, batch } = plan;
  const isMember = batch !== undefined;
  const draft = plan.isDraft === true && due === undefined ? batch : undefined;
  return assemble(
    plan,
    { input, shard },
    { header, due, mayReplace: false, isTied: isMember, needsAdmission: isMember, draft },
  );
}

function assemble(plan: JobPlan, { input, shard }: { input: unknown; shard: number }, own: OwnWords): NewJob {
  const { contract, queue, priority, codecs } = plan;
  const { header, due, isTied, needsAdmission, draft } = own;
  const id = nextId(shard);
  const owner = { kind: 'PAYLOAD', job: contract.name, id: own.mayReplace ? undefined : id } as const;
  const json = encodeJson(input, owner);
  const payload = codecs === undefined ? json : encodePayload(json, codecs, owner);
  const large = isLarge(payload);
  return {
    id,
    queue,
    priority,
    toFront: plan.toFront,
    isTied,
    needsAdmission,
    due,
    draft,
    body: encodeBody(header, large ? '' : payload),
    largePayload: large ? payload : undefined,
  };
}

function buildTied(plan: JobPlan, input: unknown, { shard, shards }: Home): NewJob {
  const { ties, slot, waitMs } = planFlow(plan.flow ?? {}, { name: plan.contract.name, input }, 'enqueue');
  if (waitMs !== undefined && plan.due !== undefined)
    throw new OptionError('schedule', 'must not say when a debounced job is due: its wait does', plan.due);
  const due = waitMs === undefined ? plan.due : `in ${waitMs}`;
  const { parents, batch, takesResults } = plan;
  if (parents !== undefined && ties.locks?.some(([, , , policy]) => policy === 'replace') === true)
    throw new OptionError(
      'continueWith',
      'must not replace another job, nor be debounced: it waits for its parents',
      ties.locks,
    );
  const isMore = parents !== undefined || batch !== undefined || takesResults !== undefined;
  const all: JobTies = !isMore
    ? ties
    : {
        ...ties,
        ...(parents !== undefined && { parents }),
        ...(batch !== undefined && { batch }),
        ...(takesResults !== undefined && { results: takesResults }),
      };
  const debounced = waitMs !== undefined && ({ delayed: true } as const);
  const header = shortHeader('enqueue', extendHeader(plan.header, { ties: all, ...debounced }));
  const home = slot === undefined ? shard : shardOfSlot(slot, shards);
  if (parents !== undefined && home !== shard)
    throw new OptionError(
      'continueWith',
      'must have keys that lie with its parents: give those the same key',
      home,
    );
  if (batch !== undefined && home !== shard)
    throw new OptionError('batch.key', 'must have the same part in braces as the keys of its jobs', home);
  const mayReplace = ties.locks?.some(([, , , policy]) => policy === 'replace') === true;
  if (batch !== undefined && mayReplace)
    throw new OptionError(
      'enqueue',
      'must not take the place of another job: it is a member of a batch',
      all,
    );
  const own = {
    header,
    due,
    mayReplace,
    isTied: true,
    needsAdmission: mustBeAdmitted(all),
    draft: undefined,
  };
  return assemble(plan, { input, shard: home }, own);
}

/** Limits and rates count when a job is claimed, its own retention when it has ended; all else that ties it is looked at when it is stored. */
function mustBeAdmitted(ties: JobTies): boolean {
  for (const kind in ties) if (kind !== 'limits' && kind !== 'rates' && kind !== 'keep') return true;
  return false;
}
