import type { ChangeOptions } from './client-options.ts';
import { defineJob } from './contract.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import type { Home, JobPlan } from './job-factory.ts';
import { makeTemplate } from './job-factory.ts';
import type { Priority } from './job/priority.ts';
import { PRIORITIES, priorityDigit } from './job/priority.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, oneOf, queueName } from './options.ts';
import type { JobContract, RunOptions } from './contract.ts';
import type { RecurringOptions } from './recurring-jobs.ts';
import type { Definition, StoredSchedule } from './store/recurring-store.ts';

/** What is changed of a recurring job; what is left out stays as it is. */
export interface RecurringChanges
  extends Pick<RecurringOptions, 'cron' | 'every' | 'timeZone' | 'misfire' | 'overlap'>, ChangeOptions {
  /** Where its next jobs wait. */
  readonly queue?: string;
  readonly priority?: Priority;
  /** JSON, at most 64 KiB. The schema of its contract is not known here: a worker checks it when a job runs. */
  readonly input?: unknown;
}

const isText: Rule = (value) => (typeof value === 'string' ? undefined : 'must be a text');
const RULES = {
  cron: isText,
  every: anything,
  timeZone: isText,
  misfire: oneOf(['once', 'all', 'skip']),
  overlap: oneOf(['allow', 'skip']),
  queue: queueName,
  priority: oneOf(PRIORITIES),
  input: anything,
  by: anything,
  reason: anything,
};

type Plan = (contract: JobContract, options: RunOptions<never>) => JobPlan;

/** The definition as it shall be. Naming `cron` or `every` replaces both, and the time zone. @throws {OptionError} @throws {PayloadError} */
export async function changedDefinition(
  { schedule, job, policy }: Definition,
  changes: RecurringChanges,
  { plan, home }: { readonly plan: Plan; readonly home: Home },
): Promise<Definition> {
  checkOptions(changes, RULES, 'recurring');
  const { misfire = policy.misfire, overlap = policy.overlap, queue = job.queue, priority, input } = changes;
  const encoded =
    input === undefined
      ? undefined
      : await makeTemplate(plan(defineJob({ name: job.name }), {}), input, home);
  return {
    schedule: changedSchedule(schedule, changes),
    job: {
      ...job,
      queue,
      ...(priority !== undefined && { priority: priorityDigit(priority) }),
      ...(encoded !== undefined && { payload: encoded.payload }),
    },
    policy: { ...policy, misfire, overlap },
  };
}

function changedSchedule(
  schedule: StoredSchedule,
  { cron, every, timeZone }: RecurringChanges,
): StoredSchedule {
  if (cron !== undefined && every !== undefined)
    throw new OptionError('recurring', 'must have either "cron" or "every"', { cron, every });
  const { cron: oldCron, every: oldEvery, timeZone: oldZone, ...rest } = schedule;
  const rhythm =
    cron === undefined && every === undefined
      ? { cron: oldCron, every: oldEvery, timeZone: timeZone ?? oldZone }
      : { cron, every: every === undefined ? undefined : toMs(every, 'recurring.every'), timeZone };
  return {
    ...(rhythm.cron !== undefined && { cron: rhythm.cron }),
    ...(rhythm.every !== undefined && { every: rhythm.every }),
    ...(rhythm.timeZone !== undefined && { timeZone: rhythm.timeZone }),
    ...rest,
  };
}
