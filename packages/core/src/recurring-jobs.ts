import type { ChangeOptions } from './client-options.ts';
import { actorOf } from './client-options.ts';
import type { CallChain, ClientCall } from './client-middleware.ts';
import type { JobContract, RunOptions } from './contract.ts';
import { LinstockError, OptionError, show } from './errors.ts';
import type { JobPlan } from './job-factory.ts';
import { makeTemplate } from './job-factory.ts';
import type { ClockEffect } from './job/clock-effect.ts';
import { shardOfSlot, slotOf } from './job/placement.ts';
import type { Misfire, Schedule, ScheduleOptions } from './job/schedule.ts';
import { nextTick, parseSchedule } from './job/schedule.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import type { Rule } from './options.ts';
import { oneOf, recurringId } from './options.ts';
import type { RecurringPage, RecurringPageOptions } from './recurring-page.ts';
import { readRecurringPage } from './recurring-page.ts';
import type { RecurringChanges } from './recurring-change.ts';
import { changedDefinition } from './recurring-change.ts';
import { recurringRun } from './recurring-run.ts';
import { parseStored } from './stored-schedule.ts';
import type { LeftOutRuns } from './left-out-runs.ts';
import { readLeftOut } from './left-out-runs.ts';
import type { Shard } from './shard-set.ts';
import type { StoredPolicy, StoredRecurring, StoredSchedule, TickEntry } from './store/recurring-store.ts';
import type { Actor } from './store/change-call.ts';
import type { TickCall } from './store/tick-call.ts';

/** When a recurring job runs, and what it does about ticks that were missed and runs that have not ended. */
export interface RecurringOptions extends ScheduleOptions {
  /** Ticks that nobody ran in time: one run for all of them, a run for each, or none. @default "once" */
  readonly misfire?: Misfire;
  /** How late a tick may run that `misfire: "skip"` does not pass over. @default "1m" */
  readonly misfireAfter?: Duration;
  /** Whether a tick runs while the last run has not ended. @default "allow" */
  readonly overlap?: 'allow' | 'skip';
}

/** A recurring job, as people see it. */
export type RecurringView = StoredRecurring;

/** A tick that is to come. */
export interface NextRun {
  readonly at: Date;
  /** What a change of the clock does to it; undefined: nothing. */
  readonly clock: ClockEffect | undefined;
}

const GRACE_MS = 60_000;
const isMisfire = oneOf(['once', 'all', 'skip']);
const isOverlap = oneOf(['allow', 'skip']);

/** `RECURRING_NOT_FOUND`: no recurring job has this id. Field: `id`. */
export class RecurringNotFoundError extends LinstockError {
  constructor(id: string) {
    super('RECURRING_NOT_FOUND', `there is no recurring job ${show(id)}`, { id });
  }
}

/** What these need of the client. */
export interface RecurringHost {
  shards(): Promise<readonly [Shard, ...Shard[]]>;
  plan(contract: JobContract, options: RunOptions<never>): JobPlan;
  /** What is wrapped around {@link RecurringJobs.upsert}. */
  readonly calls: CallChain;
}

/** Recurring jobs: each tick enqueues a job, exactly once, however many workers there are. */
export class RecurringJobs {
  readonly #host: RecurringHost;

  constructor(host: RecurringHost) {
    this.#host = host;
  }

  /**
   * Defines a recurring job, or changes it. Services may do so at each start: what stays the same keeps its next tick.
   *
   * @example
   * await client.recurring.upsert('report', makeReport, { kind: 'daily' }, { cron: Cron.daily(3), timeZone: 'Europe/Berlin' });
   *
   * @throws {OptionError} @throws {PayloadError} the input is over 64 KiB, or invalid
   */
  // oxlint-disable-next-line max-params -- as enqueue, with the id before it
  async upsert<I, R>(
    id: string,
    contract: JobContract<I, R>,
    input: NoInfer<I>,
    options: RecurringOptions & RunOptions<NoInfer<I>> & ChangeOptions,
  ): Promise<'created' | 'changed' | 'same'> {
    checkId(id);
    let done: 'created' | 'changed' | 'same' = 'same';
    const call: ClientCall = { kind: 'recurring', contract, inputs: [input], options, recurringId: id };
    await this.#host.calls.run(call, async (last) => {
      done = await this.#define(id, last);
      return [];
    });
    return done;
  }

  async #define(
    id: string,
    { contract, inputs: [input], options }: ClientCall,
  ): Promise<'created' | 'changed' | 'same'> {
    const { by, reason, ...rest } = options ?? {};
    const parsed = parseSchedule(options, 'recurring');
    const { own, schedule, policy } = split(rest);
    const plan = this.#host.plan(contract, own);
    const shard = await this.#shardOf(id);
    const job = await makeTemplate(plan, input, {
      shard: shard.number,
      shards: (await this.#host.shards()).length,
    });
    const now = await shard.recurring.now();
    const next = firstTick(parsed, schedule, now);
    const actor = actorOf(
      { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) },
      'recurring',
    );
    const word = await shard.recurring.define(id, { schedule, job, policy, next }, actor);
    if (word === 'FULL' || word === 'STALE')
      throw new OptionError('recurring', 'must be at most 100,000 per shard: remove some', id);
    return ({ CREATED: 'created', CHANGED: 'changed', SAME: 'same' } as const)[word];
  }

  /**
   * Changes parts of a recurring job without its contract, for people; what is left out stays. False: it is so already.
   *
   * @example
   * await client.recurring.change('report', { cron: '0 6 * * *', timeZone: 'Europe/Berlin', by: 'ada' });
   *
   * @throws {RecurringNotFoundError} @throws {OptionError} @throws {PayloadError} the input is over 64 KiB
   */
  async change(id: string, changes: RecurringChanges): Promise<boolean> {
    const { by, reason } = changes;
    const actor = actorOf(
      { ...(by !== undefined && { by }), ...(reason !== undefined && { reason }) },
      'recurring',
    );
    const shard = await this.#shardOf(id);
    const home = { shard: shard.number, shards: (await this.#host.shards()).length };
    for (;;) {
      const { version, ...definition } = await this.#require(id);
      const plan: RecurringHost['plan'] = (contract, own) => this.#host.plan(contract, own);
      const { schedule, job, policy } = await changedDefinition(definition, changes, { plan, home });
      const next = firstTick(parseStored(schedule), schedule, await shard.recurring.now());
      const word = await shard.recurring.define(id, { schedule, job, policy, next, version }, actor);
      if (word !== 'STALE') return word === 'CHANGED';
    }
  }

  /** Removes it; jobs that it has enqueued stay. False: there was none. */
  async remove(id: string, options?: ChangeOptions): Promise<boolean> {
    checkId(id);
    return (await this.#shardOf(id)).recurring.undefine(id, actorOf(options, 'remove'));
  }

  /** A recurring job, or undefined. */
  async get(id: string): Promise<RecurringView | undefined> {
    checkId(id);
    return (await this.#shardOf(id)).recurring.find(id);
  }

  /** Recurring jobs in the order of their next ticks; those that have none come last. */
  async list({ most = 1000 }: { readonly most?: number } = {}): Promise<RecurringView[]> {
    const shards = await this.#host.shards();
    const all = await Promise.all(
      shards.map(async ({ recurring }) => recurring.findMany(await recurring.ids({ most }))),
    );
    return all.flat().toSorted(byNextTick).slice(0, most);
  }

  /**
   * A page of recurring jobs with their last runs; each costs about the same, however many there are.
   *
   * @example
   * const { recurring, next } = await client.recurring.page({ state: 'late', text: 'report' });
   *
   * @throws {OptionError}
   */
  async page(options: RecurringPageOptions = {}): Promise<RecurringPage> {
    return readRecurringPage(await this.#host.shards(), options);
  }

  /** The next ticks of a recurring job, or of a schedule that is not stored; at most 100. @throws {RecurringNotFoundError} */
  async next(idOrSchedule: string | ScheduleOptions, count = 5): Promise<Date[]> {
    return (await this.nextRuns(idOrSchedule, count)).map(({ at }) => at);
  }

  /**
   * The same, and what changes of the clock do to them.
   *
   * @example
   * const runs = await client.recurring.nextRuns({ cron: '30 2 * * *', timeZone: 'Europe/Berlin' }, 100);
   * console.log(runs.filter(({ clock }) => clock !== undefined));
   *
   * @throws {RecurringNotFoundError} @throws {OptionError}
   */
  async nextRuns(idOrSchedule: string | ScheduleOptions, count = 5): Promise<NextRun[]> {
    if (typeof idOrSchedule !== 'string')
      return runsOf(parseSchedule(idOrSchedule, 'schedule'), Date.now(), count);
    const { schedule, nextAt } = await this.#require(idOrSchedule);
    if (nextAt === undefined) return [];
    return runsOf(parseStored(schedule), nextAt - 1, count);
  }

  /** What became of the last 100 ticks, newest first. */
  async history(id: string): Promise<TickEntry[]> {
    checkId(id);
    return (await this.#shardOf(id)).recurring.history(id);
  }

  /** Runs that were left out because an earlier one had not ended; undefined: a run has begun since, or none was. */
  async leftOut(id: string): Promise<LeftOutRuns | undefined> {
    checkId(id);
    return (await readLeftOut(await this.#shardOf(id), [id]))[0];
  }

  /** No tick runs until it is resumed. False: it was paused already. @throws {RecurringNotFoundError} */
  async pause(id: string, options?: ChangeOptions): Promise<boolean> {
    return this.#adjust(id, 'pause', options);
  }

  /** Goes on with the first tick from now on; what was missed does not run. False: it was not paused. @throws {RecurringNotFoundError} */
  async resume(id: string, options?: ChangeOptions): Promise<boolean> {
    return this.#adjust(id, 'resume', options);
  }

  /** Passes over the next tick. @throws {RecurringNotFoundError} */
  async skipNext(id: string, options?: ChangeOptions): Promise<boolean> {
    return this.#adjust(id, 'skip', options);
  }

  /** Enqueues a run now, beside its ticks; resolves to the job's id. The audit names who did. @throws {RecurringNotFoundError} */
  async trigger(id: string, options?: ChangeOptions): Promise<string> {
    const actor = actorOf(options, 'trigger');
    const definition = await this.#require(id);
    const shard = await this.#shardOf(id);
    const now = await shard.recurring.now();
    for (;;) {
      const run = await recurringRun(shard, definition, { tick: now, startAt: undefined });
      const [word] = await shard.jobs.tick([byHand(definition, run, actor)]);
      if (word === 'GONE') throw new RecurringNotFoundError(id);
      if (word === 'CODES') shard.queues.forgetCodes();
      else if ((await shard.reader.find(run.job)) !== undefined) return run.job;
      else
        throw new LinstockError(
          'JOB_EXISTS',
          `recurring job ${show(id)}: another job holds the key of its jobs`,
          { id },
        );
    }
  }

  async #adjust(id: string, verb: 'pause' | 'resume' | 'skip', options?: ChangeOptions): Promise<boolean> {
    const actor = actorOf(options, verb);
    const { recurring } = await this.#shardOf(id);
    for (;;) {
      const { schedule, version, nextAt } = await this.#require(id);
      const now = await recurring.now();
      const from = verb === 'skip' && nextAt !== undefined ? Math.max(nextAt, now) : now;
      const word = await recurring.adjust(
        id,
        { verb, version, next: nextTick(parseStored(schedule), from) },
        actor,
      );
      if (word === 'GONE') throw new RecurringNotFoundError(id);
      if (word !== 'STALE') return word === 'OK';
    }
  }

  async #require(id: string): Promise<StoredRecurring> {
    const definition = await this.get(id);
    if (definition === undefined) throw new RecurringNotFoundError(id);
    return definition;
  }

  async #shardOf(id: string): Promise<Shard> {
    const shards = await this.#host.shards();
    const shard = shards[shardOfSlot(slotOf(id), shards.length)];
    if (shard === undefined) throw new RecurringNotFoundError(id);
    return shard;
  }
}

/** A run that moves no tick. */
function byHand({ id, version }: StoredRecurring, run: TickCall['runs'][number], actor: Actor): TickCall {
  const tick = { due: undefined, next: undefined, overlap: 'allow', missed: 0 } as const;
  return { id, version, ...tick, actor, runs: [run] };
}

function checkId(id: unknown): void {
  const problem = recurringId(id);
  if (problem !== undefined) throw new OptionError('recurring.id', problem, id);
}

interface Parts {
  readonly own: RunOptions<never>;
  readonly schedule: StoredSchedule;
  readonly policy: StoredPolicy;
}

/** Separates what is the job's from what is the recurring job's. */
function split(options: RecurringOptions & RunOptions<never>): Parts {
  const { cron, every, timeZone, startAt, endAt, jitter, misfire, misfireAfter, overlap, ...own } = options;
  const schedule: StoredSchedule = {
    ...(cron !== undefined && { cron }),
    ...(every !== undefined && { every: toMs(every, 'recurring.every') }),
    ...(timeZone !== undefined && { timeZone }),
    ...(startAt !== undefined && { startAt: startAt.getTime() }),
    ...(endAt !== undefined && { endAt: endAt.getTime() }),
    ...(jitter !== undefined && { jitter: toMs(jitter, 'recurring.jitter') }),
  };
  refuse('recurring.misfire', misfire, isMisfire);
  refuse('recurring.overlap', overlap, isOverlap);
  const graceMs = misfireAfter === undefined ? GRACE_MS : toMs(misfireAfter, 'recurring.misfireAfter');
  return { own, schedule, policy: { misfire: misfire ?? 'once', graceMs, overlap: overlap ?? 'allow' } };
}

function refuse(option: string, value: unknown, rule: Rule): void {
  const problem = value === undefined ? undefined : rule(value);
  if (problem !== undefined) throw new OptionError(option, problem, value);
}

/** With `every` and a start, the start is the first tick, also when it is now. */
function firstTick(schedule: Schedule, { startAt }: StoredSchedule, now: number): number | undefined {
  return nextTick(schedule, startAt !== undefined && startAt > now ? startAt - 1 : now);
}

/** The next ticks of a checked schedule after an instant, ms since 1970; at most 100. */
export function runsOf(schedule: Schedule, after: number, count: number): NextRun[] {
  const runs: NextRun[] = [];
  for (let tick = nextTick(schedule, after); tick !== undefined && runs.length < Math.min(count, 100);) {
    runs.push({ at: new Date(tick), clock: schedule.clockAt(tick) });
    tick = nextTick(schedule, tick);
  }
  return runs;
}

function byNextTick(a: StoredRecurring, b: StoredRecurring): number {
  return (a.nextAt ?? Infinity) - (b.nextAt ?? Infinity) || (a.id < b.id ? -1 : 1);
}
