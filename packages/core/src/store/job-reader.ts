import type { JobMetadata, JobOptions, TailLine } from '../job/job.ts';
import {
  attemptHistory,
  decodeHeader,
  decodeMark,
  decodeTail,
  MARK_LENGTH,
  splitRecord,
  stateOfRecord,
} from '../job/job.ts';
import { idTime } from '../job/job-id.ts';
import type { JobKeys } from '../job/job-keys.ts';
import { keysOf, withoutHashes } from '../job/job-keys.ts';
import type { Priority } from '../job/priority.ts';
import { PRIORITIES } from '../job/priority.ts';
import type { JobState } from '../job/states.ts';
import type { Viewing } from '../payload-view.ts';
import { parseJson, viewPayload } from '../payload-view.ts';
import { MASK, mask } from '../redact.ts';
import type { Connection } from '../redis/connect.ts';
import { KEY } from '../redis/keys.ts';
import { readStarts } from './long-runs.ts';

/** A job as a person sees it. Instants are ms since 1970. */
export interface JobView {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  readonly queue: string;
  readonly priority: Priority;
  /** Whether it is enqueued and set apart, because a limit, a rate or its deadline keeps it from running. */
  readonly isBlocked: boolean;
  readonly tags: readonly string[];
  readonly keys: JobKeys;
  readonly options: JobOptions;
  /** What people read instead of the name. */
  readonly displayName: string | undefined;
  /** What its producer said about it. */
  readonly metadata: JobMetadata | undefined;
  /** The version of the contract by which it was enqueued. */
  readonly version: number;
  /** The input as it was enqueued, or an {@link UnreadablePayload}. */
  readonly input: unknown;
  /** By the producer's clock. */
  readonly createdAt: number;
  /** When a scheduled job is due, by the clock of Redis. */
  readonly dueAt: number | undefined;
  /** The attempt that runs, or that would be next, from 1. */
  readonly attempt: number;
  /** How often it was taken back from a dead worker. */
  readonly recoveries: number;
  /** Worker that runs it. */
  readonly worker: string | undefined;
  /**
   * When the attempt began that runs, by the clock of Redis; undefined: nothing runs, or its worker has not told yet. A worker tells
   * with its beats, two of them later at most, and of its 100 oldest runs.
   */
  readonly startedAt: number | undefined;
  /** What the handler returned, once it succeeded, or an {@link UnreadablePayload}. */
  readonly result: unknown;
  /** Why the last attempt failed. */
  readonly error: JobErrorView | undefined;
  /** Ids of the jobs and batches that it was created to wait for. */
  readonly parents: readonly string[];
  /** The batch that it is a member of. */
  readonly batch: string | undefined;
  /** What happened to it, oldest first. */
  readonly history: readonly HistoryEntry[];
}

/** An error of a handler. */
export interface JobErrorView {
  readonly name: string;
  readonly message: string;
  /** What programs tell it by, where it has one. */
  readonly code?: string;
  readonly stack?: string;
}

/** One thing that happened to a job. */
export interface HistoryEntry {
  readonly what:
    | 'succeeded'
    | 'retried'
    | 'failed'
    | 'deferred'
    | 'released'
    | 'rescued'
    | 'requeued'
    | 'cancelled'
    | 'rescheduled'
    | 'promoted'
    | 'moved'
    | 'updated';
  readonly attempt: number | undefined;
  readonly worker: string | undefined;
  /** 0: nothing ran. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The error, or who did it and why. */
  readonly detail: unknown;
}

/** A record that cannot be decoded. */
export interface DamagedJob {
  readonly id: string;
  readonly damaged: true;
}

const WHAT = {
  S: 'succeeded',
  R: 'retried',
  F: 'failed',
  D: 'deferred',
  L: 'released',
  W: 'rescued',
  Q: 'requeued',
  C: 'cancelled',
  T: 'rescheduled',
  H: 'promoted',
  M: 'moved',
  U: 'updated',
} as const;

/** No keys, and nothing masked. */
const PLAIN_VIEW: Viewing = {};

/** Reads jobs of one shard; never writes. */
export class JobReader {
  readonly #connection: Connection;
  readonly prefix: string;
  readonly #queueNames = new Map<string, string>();

  constructor(connection: Connection, prefix: string) {
    this.#connection = connection;
    this.prefix = prefix;
  }

  /** One job, or undefined when there is no record. */
  async find(id: string, viewing?: Viewing): Promise<JobView | DamagedJob | undefined> {
    return (await this.findMany([id], viewing))[0];
  }

  /** The jobs that exist, in the order asked. */
  async findMany(ids: readonly string[], viewing: Viewing = PLAIN_VIEW): Promise<(JobView | DamagedJob)[]> {
    if (ids.length === 0) return [];
    const { redis } = this.#connection;
    const read = await redis.mget(ids.map((id) => this.prefix + KEY.job + id));
    const records = new Map(ids.map((id, i) => [id, read[i] ?? null]));
    const views = await Promise.all(ids.map((id) => this.#view(id, records.get(id) ?? null, viewing)));
    return this.#withStarts(
      records,
      views.filter((view) => view !== undefined),
    );
  }

  /** The states of jobs, by their ids; of those that are gone or damaged none. */
  async statesOf(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    const jobs = await this.findMany([...new Set(ids)]);
    return new Map(jobs.flatMap((job) => ('damaged' in job ? [] : [[job.id, job.state]])));
  }

  /**
   * What a job may read of its parents, by their ids: the letter of the state, the name, a space, and JSON of the result or
   * the error; without JSON it was too long to be copied.
   */
  parentInputs(id: string): Promise<Record<string, string>> {
    return this.#connection.redis.hgetall(this.prefix + KEY.inputs + id);
  }

  /** Line 1 of a job's record, or undefined when there is none. */
  async header(id: string): Promise<string | undefined> {
    const head = await this.#connection.redis.getrange(this.prefix + KEY.job + id, 0, 8191);
    return splitRecord(head)?.header;
  }

  /** A payload that has a key of its own. */
  largePayload(id: string): Promise<string | null> {
    return this.#connection.redis.get(this.prefix + KEY.payload + id);
  }

  async #view(
    id: string,
    record: string | null,
    viewing: Viewing,
  ): Promise<JobView | DamagedJob | undefined> {
    if (record === null) return undefined;
    const parts = splitRecord(record);
    const mark = parts && decodeMark(parts.mark);
    const header = parts && decodeHeader(parts.header);
    const queue = mark && (await this.#queueName(mark.queueCode));
    if (!parts || !mark || !header || queue === undefined) return { id, damaged: true };
    const state = stateOfRecord(mark, parts.tail);
    const payload = parts.payload === '' ? await this.largePayload(id) : parts.payload;
    const lines = decodeTail(parts.tail);
    const last = lines.findLast(endsAttempt);
    const keys = keysOf(header.name, header.ties);
    return {
      id,
      name: header.name,
      state,
      queue,
      priority: PRIORITIES[mark.priority] ?? 'normal',
      isBlocked: mark.isParked,
      tags: header.ties?.tags ?? [],
      keys: viewing.redaction === undefined ? keys : withoutHashes(keys, MASK),
      options: header.options,
      displayName: header.displayName,
      metadata: mask(header.metadata, viewing.redaction) as JobMetadata | undefined,
      version: header.version,
      input: viewPayload(payload ?? 'null', { kind: 'PAYLOAD', job: header.name, id }, viewing),
      createdAt: idTime(id),
      dueAt: state === 'scheduled' ? await this.#dueAt(id) : undefined,
      attempt:
        state === 'succeeded' || state === 'failed'
          ? (last?.attempt ?? 1)
          : attemptHistory(parts.tail).attempt,
      recoveries: attemptHistory(parts.tail).recoveries,
      worker: state === 'processing' ? mark.owner : undefined,
      startedAt: undefined,
      result:
        state === 'succeeded'
          ? viewPayload(last?.json ?? 'null', { kind: 'RESULT', job: header.name, id }, viewing)
          : undefined,
      error: state === 'succeeded' ? undefined : errorOf(last, viewing),
      parents: header.ties?.parents?.map(([parent]) => parent) ?? [],
      batch: header.ties?.batch,
      history: lines.map((line) => historyEntry(line, viewing)),
    };
  }

  /** Jobs, with since when those run that do. */
  async #withStarts(
    records: ReadonlyMap<string, string | null>,
    views: readonly (JobView | DamagedJob)[],
  ): Promise<(JobView | DamagedJob)[]> {
    const held = views.flatMap((view) => {
      if ('damaged' in view || view.worker === undefined) return [];
      const { claim = '' } = decodeMark(records.get(view.id)?.slice(0, MARK_LENGTH) ?? '') ?? {};
      return [{ id: view.id, worker: view.worker, claim }];
    });
    const starts = await readStarts(this.#connection, this.prefix, held);
    return views.map((view) => {
      const startedAt = starts.get(view.id);
      return startedAt === undefined ? view : { ...view, startedAt };
    });
  }

  async #dueAt(id: string): Promise<number | undefined> {
    const score = await this.#connection.redis.zscore(this.prefix + KEY.scheduled, id);
    return score === null ? undefined : Number(score);
  }

  /** The name of a queue by its code. Codes never change, so they are remembered. */
  async #queueName(code: string): Promise<string | undefined> {
    const known = this.#queueNames.get(code);
    if (known !== undefined) return known;
    const name = await this.#connection.redis.hget(this.prefix + KEY.queues, `#${code}`);
    if (name !== null) this.#queueNames.set(code, name);
    return name ?? undefined;
  }
}

/** A job that its handler or its options cancelled has an attempt; one that a person cancelled has none. */
function endsAttempt({ code, attempt }: TailLine): boolean {
  return code === 'S' || code === 'R' || code === 'F' || (code === 'C' && attempt !== undefined);
}

function historyEntry(line: TailLine, { redaction }: Viewing): HistoryEntry {
  const { code, attempt, worker, startedAt, endedAt, json } = line;
  // A result may be large and stands in the view already.
  return {
    what: WHAT[code],
    attempt,
    worker,
    startedAt,
    endedAt,
    detail: code === 'S' ? undefined : mask(parseJson(json), redaction),
  };
}

function errorOf(line: TailLine | undefined, { redaction }: Viewing): JobErrorView | undefined {
  const detail = line === undefined || line.code === 'S' ? undefined : mask(parseJson(line.json), redaction);
  if (typeof detail !== 'object' || detail === null || !('message' in detail)) return undefined;
  return detail as JobErrorView;
}
