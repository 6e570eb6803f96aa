import type { Client } from './client.ts';
import type { PayloadCodecs } from './codec.ts';
import type { RunOptions } from './contract.ts';
import { defineJob } from './contract.ts';
import { JobNotFoundError, LinstockError, OptionError, PayloadError } from './errors.ts';
import type { FlowOptions, UniqueOptions } from './flow-options.ts';
import { looksLikeHash } from './job/job-keys.ts';
import { decodeHeader } from './job/job.ts';
import type { Priority } from './job/priority.ts';
import type { JobTies, LockTie } from './job/ties.ts';
import type { Due } from './job-factory.ts';
import type { JobHandle } from './job-handle.ts';
import { anything, checkOptions } from './options.ts';
import { UnreadablePayload } from './payload-view.ts';
import type { Shard } from './shard-set.ts';
import type { JobView } from './store/job-reader.ts';

/** What is other than in the job that is copied. */
export interface CopyChanges {
  /** Left out, and not only undefined: its own, also where nobody may see all of it. */
  readonly input?: unknown;
  readonly queue?: string;
  readonly priority?: Priority;
  /** When it is due. @default at once */
  readonly due?: Due;
}

const RULES = { input: anything, queue: anything, priority: anything, due: anything };

interface Copy {
  readonly id: string;
  readonly changes: CopyChanges;
  readonly codecs: PayloadCodecs | undefined;
}

/**
 * Enqueues a job like one that is there: with its name, version, options, tags, group, limits, rates, unique key and retention.
 * What belongs to that one job is left out: what it waited for, its batch, and keys that stand for one call (`key`, `debounce`,
 * `throttle`). A unique key that is taken refuses the copy.
 */
export async function copyJob(
  client: Pick<Client, 'enqueue' | 'schedule'>,
  shard: Shard | undefined,
  { id, changes, codecs }: Copy,
): Promise<JobHandle> {
  checkOptions(changes, RULES, 'copy');
  const [job, line] = await Promise.all([shard?.reader.find(id, { codecs }), shard?.reader.header(id)]);
  const header = decodeHeader(line ?? '');
  if (job === undefined) throw new JobNotFoundError(id);
  if ('damaged' in job || header === undefined)
    throw new LinstockError('JOB_DAMAGED', `the record of job ${id} is damaged`, { id });
  const { name, version, queue, priority } = job;
  const contract = defineJob({ name, version });
  const own = { queue, priority, ...optionsOf(job), ...flowOf(name, header.ties) };
  const { due } = changes;
  const options: RunOptions = {
    ...own,
    ...(changes.queue !== undefined && { queue: changes.queue }),
    ...(changes.priority !== undefined && { priority: changes.priority }),
  };
  const input = 'input' in changes ? changes.input : inputOf(job, header.ties);
  return due === undefined
    ? client.enqueue(contract, input, options)
    : client.schedule(contract, input, { ...options, ...due });
}

function inputOf({ id, name, input }: JobView, ties: JobTies | undefined): unknown {
  if (input instanceof UnreadablePayload)
    throw new PayloadError(input.code, input.problem, { id, job: name, keyId: input.keyId });
  if (ties?.results === true)
    throw new OptionError(
      'copy.input',
      'is required: that of the job takes results of its parents',
      undefined,
    );
  return input;
}

function optionsOf({ options, metadata, displayName }: JobView): RunOptions {
  const { timeoutMs: timeout, ...others } = options;
  return {
    ...others,
    timeout,
    ...(metadata !== undefined && { metadata }),
    ...(displayName !== undefined && { displayName }),
  };
}

/** The options that gave a job these ties. Pure. */
export function flowOf(name: string, ties: JobTies = {}): FlowOptions {
  const { limits = [], rates = [], locks = [], group, deadline, overdue, keep, tags } = ties;
  const ofGroup = limits.find(([key]) => group !== undefined && key === `group:${group[0]}`);
  const concurrency = limits.filter((limit) => limit !== ofGroup).map(([key, limit]) => ({ key, limit }));
  const rateLimit = rates.map(([key, limit, per, burst]) => ({
    key,
    limit,
    per,
    burst: burst === 'w' ? ('window' as const) : burst,
  }));
  const unique = locks.find(([key]) => /^[uw]:/.test(key));
  const [succeeded = -1, failed = -1] = keep ?? [];
  return {
    ...(concurrency.length > 0 && { concurrency }),
    ...(rateLimit.length > 0 && { rateLimit }),
    ...(group !== undefined && {
      group: { key: group[0], weight: group[1], ...(ofGroup !== undefined && { limit: ofGroup[1] }) },
    }),
    ...(unique !== undefined && { unique: uniqueOf(name, unique) }),
    ...(deadline !== undefined && { expireIn: deadline, ...ON_EXPIRED[overdue ?? 'cancel'] }),
    ...(keep !== undefined && {
      retention: {
        ...(succeeded >= 0 && { succeededFor: succeeded }),
        ...(failed >= 0 && { failedFor: failed }),
      },
    }),
    ...(tags !== undefined && { tags }),
  };
}

const ON_EXPIRED = {
  cancel: {},
  fail: { onExpired: 'fail' },
  later: { onExpired: 'reschedule' },
} as const;

/** A key that is a hash of the input is made anew: the copy may have another one. */
function uniqueOf(name: string, [lock, mode, windowMs]: LockTie): UniqueOptions {
  const key = lock.slice(2 + name.length + 1);
  return {
    ...(!looksLikeHash(key) && { key }),
    ...(mode === 'window' ? { for: windowMs } : { until: mode }),
    onConflict: 'refuse',
  };
}
