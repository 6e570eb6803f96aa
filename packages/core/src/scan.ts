import { OptionError } from './errors.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES } from './job/states.ts';
import { checkOptions, oneOf, queueName, shortText, wholeNumber } from './options.ts';
import type { Viewing } from './payload-view.ts';
import type { Shard } from './shard-set.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { ScanPlace } from './store/scan-reader.ts';
import { scanShard } from './store/scan-reader.ts';

/** Which jobs a scan goes through. */
export interface ScanOptions {
  readonly state: JobState;
  /** Only for `enqueued`: one queue. @default all */
  readonly queue?: string;
  /** The cursor of a page: goes on behind it. @default the beginning */
  readonly after?: string;
  /** How many entries are read at once, 1 to 200. @default 100 */
  readonly step?: number;
}

/** Some jobs of a scan. */
export interface ScanPage {
  readonly jobs: readonly (JobView | DamagedJob)[];
  /** How many entries were looked at for this page; some may belong to jobs that have gone on since. */
  readonly looked: number;
  /** From where another scan goes on; undefined: this was the last page. */
  readonly cursor: string | undefined;
}

const RULES = {
  state: oneOf(JOB_STATES),
  queue: queueName,
  after: shortText(1000),
  step: wholeNumber(1, 200),
};

/** Goes through all jobs of a state. @throws {OptionError} */
export async function* scanJobs(
  shards: readonly Shard[],
  options: ScanOptions,
  viewing: Viewing,
): AsyncGenerator<ScanPage> {
  checkOptions(options, RULES, 'scan');
  const { state, queue, after, step = 100 } = options;
  if (state === undefined)
    throw new OptionError('scan.state', `must be one of ${JOB_STATES.join(', ')}`, state);
  if (queue !== undefined && state !== 'enqueued')
    throw new OptionError('scan.queue', 'can only be given with the state "enqueued"', queue);
  const start = after === undefined ? undefined : decodeCursor(after);
  for (const shard of shards) {
    if (start !== undefined && shard.number < start.shard) continue;
    const from = shard.number === start?.shard ? start.place : undefined;
    for await (const { ids, next } of scanShard(shard, { state, queue, step }, from)) {
      const found = await shard.reader.findMany([...new Set(ids)], viewing);
      const jobs = found.filter((job) => 'damaged' in job || job.state === state);
      yield { jobs, looked: ids.length, cursor: encodeCursor(shard.number, next, shards.length) };
    }
  }
}

function encodeCursor(shard: number, place: ScanPlace | undefined, shards: number): string | undefined {
  if (place !== undefined) return `${shard} ${place.read} ${place.key}`;
  return shard + 1 < shards ? `${shard + 1} 0 ` : undefined;
}

function decodeCursor(cursor: string): { readonly shard: number; readonly place: ScanPlace } {
  const [, shard, read, key] = /^(\d{1,4}) (\d{1,10}) (.*)$/s.exec(cursor) ?? [];
  if (shard === undefined || key === undefined)
    throw new OptionError('scan.after', 'must be the cursor of a page', cursor);
  return { shard: Number(shard), place: { key, read: Number(read) } };
}
