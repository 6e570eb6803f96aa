import type { JobHeader, JobMark } from '../job/job.ts';
import { decodeHeader, decodeMark, MARK_LENGTH } from '../job/job.ts';
import type { JobTies } from '../job/ties.ts';
import type { Viewing } from '../payload-view.ts';
import { says } from '../redis/errors.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { JobView } from './job-reader.ts';
import type { GateFacts, LimitFacts, RateFacts } from './why-blocks.ts';
import { readGates, readLimit, readRate } from './why-blocks.ts';
import type { ParentFacts } from './why-parents.ts';
import { readParents } from './why-parents.ts';
import type { PlaceFacts } from './why-place.ts';
import { countUrgent, readPlace } from './why-place.ts';
import type { WorkerView } from './worker-reader.ts';
import { readWorkers } from './worker-reader.ts';

/** Where to look: the job's shard, and the one that knows the workers. */
export interface WhyPlace {
  readonly shard: Shard;
  readonly home: Shard;
  readonly viewing: Viewing;
}

/** What Redis knows of a job and of all that may keep it from running, at one time. Instants are ms since 1970. */
export type JobFacts =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly quarantinedAt: number | undefined }
  /** A key beside the record has a wrong type. */
  | { readonly kind: 'unreadable'; readonly problem: string }
  | { readonly kind: 'ended'; readonly job: JobView }
  | RunningFacts
  | WaitingFacts
  | (Told & { readonly kind: 'awaiting' } & ParentFacts);

interface Told {
  readonly job: JobView;
  readonly now: number;
  /** When it must have started; 0: that passed while it ran. */
  readonly deadlineAt: number | undefined;
}

/** A job that a worker has. */
export interface RunningFacts {
  readonly kind: 'running';
  readonly job: JobView;
  readonly now: number;
  /** Whether it is open in the claim that its mark names. */
  readonly isOpen: boolean;
  /** When the lease of its worker ends; undefined: it has none. */
  readonly leaseExpiresAt: number | undefined;
  /** Known for workers of the home shard. */
  readonly info: WorkerView['info'];
}

/** A job that is scheduled or enqueued. */
export interface WaitingFacts extends Told {
  readonly kind: 'waiting';
  readonly mark: JobMark;
  readonly ties: JobTies;
  readonly gates: GateFacts;
  readonly limits: readonly LimitFacts[];
  readonly rates: readonly RateFacts[];
  /** Undefined: it is scheduled, and stands in no list. */
  readonly place: PlaceFacts | undefined;
  readonly urgent: number;
  /** Worker that empties itself for a job that must run alone. */
  readonly reservedBy: string | undefined;
  /** With live leases. */
  readonly workers: readonly WorkerView[];
}

/** A job that moves while it is looked at is looked at again, so often. */
const MOST_LOOKS = 3;
const HEAD_LENGTH = 8192;

/** Reads all that {@link JobFacts} say: a bounded number of short calls, none of which writes. */
export async function readFacts(place: WhyPlace, id: string): Promise<JobFacts> {
  for (let look = 1; ; look++) {
    try {
      const before = await readHead(place.shard, id);
      const facts = await readOnce(place, id, before);
      const after = await readHead(place.shard, id);
      if (look === MOST_LOOKS || (before.length === after.length && before.mark === after.mark)) return facts;
    } catch (error) {
      if (!(error instanceof Error) || !says(error, 'WRONGTYPE')) throw error;
      return { kind: 'unreadable', problem: error.message };
    }
  }
}

interface Head {
  readonly mark: string;
  readonly header: string;
  /** Of the whole record, in bytes; each outcome makes it longer. */
  readonly length: number;
}

const NO_HEAD: Head = { mark: '', header: '', length: 0 };

async function readHead({ connection: { redis }, prefix }: Shard, id: string): Promise<Head> {
  const key = prefix + KEY.job + id;
  const [type, length, text] = await Promise.allSettled([
    redis.type(key),
    redis.strlen(key),
    redis.getrange(key, 0, HEAD_LENGTH - 1),
  ]);
  if (type.status === 'rejected') throw type.reason;
  if (type.value === 'none') return NO_HEAD;
  // What is no string is a damaged record; any other error is Redis's.
  if (type.value !== 'string') return { mark: type.value, header: '', length: 1 };
  if (length.status === 'rejected') throw length.reason;
  if (text.status === 'rejected') throw text.reason;
  const [header = ''] = text.value.slice(MARK_LENGTH).split('\n', 1);
  return { mark: text.value.slice(0, MARK_LENGTH), header, length: length.value };
}

async function readOnce({ shard, home, viewing }: WhyPlace, id: string, head: Head): Promise<JobFacts> {
  const job = head.length === 0 ? undefined : await shard.reader.find(id, viewing);
  const mark = decodeMark(head.mark);
  const header = head.header === '' ? undefined : decodeHeader(head.header);
  if (job === undefined || 'damaged' in job || mark === undefined || header === undefined)
    return readAbsent(shard, id, job !== undefined || head.length > 0);
  switch (job.state) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { kind: 'ended', job };
    case 'processing':
      return readRunning({ shard, home }, job, mark);
    case 'awaiting':
      return {
        kind: 'awaiting',
        ...(await readTold(shard, job)),
        ...(await readParents(shard, id, header.ties?.batch)),
      };
    case 'scheduled':
    case 'enqueued':
      return readWaiting({ shard, home }, job, { mark, header });
  }
}

async function readAbsent(
  { connection: { redis }, prefix }: Shard,
  id: string,
  isThere: boolean,
): Promise<JobFacts> {
  const at = await redis.zscore(prefix + KEY.damaged, id);
  if (at === null && !isThere) return { kind: 'missing' };
  return { kind: 'damaged', quarantinedAt: at === null ? undefined : Number(at) };
}

async function readTold(shard: Shard, job: JobView): Promise<Told> {
  const { connection, prefix, recurring } = shard;
  const [now, deadline] = await Promise.all([
    recurring.now(),
    connection.redis.zscore(prefix + KEY.deadlines, job.id),
  ]);
  return { job, now, deadlineAt: deadline === null ? undefined : Number(deadline) };
}

async function readRunning(
  { shard, home }: Omit<WhyPlace, 'viewing'>,
  job: JobView,
  { owner = '', claim = '' }: JobMark,
): Promise<RunningFacts> {
  const { connection, prefix, recurring } = shard;
  const [now, isOpen, lease, workers] = await Promise.all([
    recurring.now(),
    connection.redis.sismember(`${prefix}${KEY.processing}${owner}:${claim}`, job.id),
    connection.redis.zscore(prefix + KEY.leases, owner),
    readWorkers(home),
  ]);
  return {
    kind: 'running',
    job,
    now,
    isOpen: isOpen === 1,
    leaseExpiresAt: lease === null ? undefined : Number(lease),
    info: workers.find(({ id }) => id === owner)?.info,
  };
}

async function readWaiting(
  { shard, home }: Omit<WhyPlace, 'viewing'>,
  job: JobView,
  { mark, header }: { readonly mark: JobMark; readonly header: JobHeader },
): Promise<WaitingFacts> {
  const { id, name, queue } = job;
  const told = await readTold(shard, job);
  const { now } = told;
  const ties = header.ties ?? {};
  const waiting = { id, queue, name, mark, ties };
  const [gates, limits, rates, place, urgent, reservedBy, workers] = await Promise.all([
    readGates(shard, now, job),
    Promise.all((ties.limits ?? []).map((tie) => readLimit(shard, { now, id: job.id }, tie))),
    Promise.all((ties.rates ?? []).map((tie) => readRate(shard, now, tie))),
    job.state === 'enqueued' ? readPlace(shard, waiting) : undefined,
    countUrgent(shard, waiting),
    shard.connection.redis.get(shard.prefix + KEY.alone),
    readWorkers(home),
  ]);
  return {
    kind: 'waiting',
    ...told,
    mark,
    ties,
    gates,
    limits,
    rates,
    place,
    urgent,
    reservedBy: reservedBy ?? undefined,
    workers: workers.filter(({ leaseExpiresAt }) => leaseExpiresAt > now),
  };
}
