import { OptionError } from './errors.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES } from './job/states.ts';
import { checkTag } from './lookups.ts';
import { fitsName } from './name-pattern.ts';
import { anything, checkOptions, oneOf, queueName, shortText, wholeNumber } from './options.ts';
import type { Viewing } from './payload-view.ts';
import type { Shard } from './shard-set.ts';
import type { DamagedJob, JobView } from './store/job-reader.ts';
import type { ScanPlace, ScanRequest } from './store/scan-reader.ts';
import { scanShard } from './store/scan-reader.ts';
import type { TagIndex, TagPlace } from './store/tag-scanner.ts';
import { scanTagged } from './store/tag-scanner.ts';

/** Which jobs a scan goes through: those of a state, or those with a tag. */
export interface ScanOptions {
  /** With a tag: only jobs that are in this state, too. */
  readonly state?: JobState;
  /** Goes through the index of this tag, the newest job first. Each shard keeps the 100,000 newest jobs of a tag. */
  readonly tag?: string;
  /**
   * Only jobs of this queue. Jobs that wait are in lists of their queues; of others, but those that run and without a tag, that is
   * some ten times faster than to read them all.
   */
  readonly queue?: string;
  /** Only jobs with this name; with a `*` at its end, those whose names begin so: as fast as by queue. */
  readonly name?: string;
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
  tag: anything,
  name: shortText(129),
  queue: queueName,
  after: shortText(1000),
  step: wholeNumber(1, 200),
};

/** How the entries of a shard are gone through, and how a cursor tells a place among them. */
interface Walk<Place> {
  readonly entries: (shard: Shard, from: Place | undefined) => AsyncIterable<Entries<Place>>;
  readonly encode: (place: Place) => string;
  /** Undefined: it tells no such place. */
  readonly decode: (text: string) => Place | undefined;
}

interface Entries<Place> {
  readonly ids: readonly string[];
  readonly looked: number;
  readonly next: Place | undefined;
}

/** Goes through all jobs of a state, or with a tag. @throws {OptionError} */
export async function* scanJobs(
  shards: readonly Shard[],
  options: ScanOptions,
  viewing: Viewing,
): AsyncGenerator<ScanPage> {
  checkOptions(options, RULES, 'scan');
  const { state, queue, tag, name, step = 100 } = options;
  if (tag !== undefined) {
    checkTag(tag, 'scan.tag');
    yield* pagesOf(shards, tagWalk({ tag, step }), { options, viewing });
  } else if (state !== undefined)
    yield* pagesOf(shards, stateWalk({ state, queue, name, step }), { options, viewing });
  else throw new OptionError('scan.state', `must be one of ${JOB_STATES.join(', ')}; or give a tag`, state);
}

async function* pagesOf<Place>(
  shards: readonly Shard[],
  walk: Walk<Place>,
  { options, viewing }: { readonly options: ScanOptions; readonly viewing: Viewing },
): AsyncGenerator<ScanPage> {
  const start = decodeCursor(walk, options.after ?? '0 ');
  for (const shard of shards) {
    if (shard.number < start.shard) continue;
    const from = shard.number === start.shard ? start.place : undefined;
    for await (const { ids, looked, next } of walk.entries(shard, from)) {
      const found = ids.length === 0 ? [] : await shard.reader.findMany([...new Set(ids)], viewing);
      const jobs = found.filter((job) => 'damaged' in job || fits(job, options));
      const following = shard.number + 1 < shards.length ? `${shard.number + 1} ` : undefined;
      const cursor = next === undefined ? following : `${shard.number} ${walk.encode(next)}`;
      yield { jobs, looked, cursor };
    }
  }
}

/** Entries are hints: between a look at them and one at their jobs some have moved on. */
function fits(job: JobView, { state, tag, name, queue }: ScanOptions): boolean {
  if (state !== undefined && job.state !== state) return false;
  if (tag !== undefined && !job.tags.includes(tag)) return false;
  if (name !== undefined && !fitsName(job.name, name)) return false;
  return queue === undefined || job.queue === queue;
}

function stateWalk(request: ScanRequest): Walk<ScanPlace> {
  return {
    entries: (shard, from) => scanShard(shard, request, from),
    encode: ({ read, key }) => `${read} ${key}`,
    decode: (text) => {
      const [, read, key] = /^(\d{1,10}) (.*)$/s.exec(text) ?? [];
      return key === undefined ? undefined : { key, read: Number(read) };
    },
  };
}

function tagWalk(index: TagIndex): Walk<TagPlace> {
  return {
    entries: (shard, from) => scanTagged(shard, index, from),
    encode: ({ at, id }) => `@${at} ${id}`,
    decode: (text) => {
      const [, at, id] = /^@(\d{1,16}) (.*)$/s.exec(text) ?? [];
      return id === undefined ? undefined : { at: Number(at), id };
    },
  };
}

/** Where a scan goes on: behind a place, or at the beginning of a shard. @throws {OptionError} */
function decodeCursor<Place>(
  walk: Walk<Place>,
  cursor: string,
): { readonly shard: number; readonly place: Place | undefined } {
  const [, shard, text = ''] = /^(\d{1,4}) (.*)$/s.exec(cursor) ?? [];
  const place = text === '' ? undefined : walk.decode(text);
  if (shard === undefined || (text !== '' && place === undefined))
    throw new OptionError('scan.after', 'must be the cursor of a page', cursor);
  return { shard: Number(shard), place };
}
