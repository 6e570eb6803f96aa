import type { JobState } from './states.ts';
import { STATE_LETTERS } from './states.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { JobTies } from './ties.ts';

/**
 * The record of a job, encoded and decoded here and nowhere else. Its lines: docs/protocol.md §3.
 * A record is handled as text; every part that scripts look at is ASCII.
 */

/** Bytes of the mark with its newline. */
export const MARK_LENGTH = 32;
/** Owner and claim of a job that nobody runs. */
const NOBODY = '-'.repeat(24);
const STATE_OF = new Map<string, JobState>(
  Object.entries(STATE_LETTERS).map(([state, letter]) => [letter, state as JobState]),
);
const MARK = /^[SEBAPFC]\w{3}[0-7]\d\d.{24}\n$/;
/** Stands for the owner of a job that was delayed or waited for others; behind it, since when it waits for a worker, ms. */
const SINCE = '-since-----';
const OWNER_AT = 7;
/** Added to the digit of the priority when the header ties the job to others. */
const TIED = 4;
/** The letter of a job that is enqueued and parked, because something blocks it. */
const PARKED = 'B';
const MAX_CACHED_HEADERS = 1000;

/** Options of a single job. In a record only those that differ from {@link JOB_DEFAULTS}. */
export interface JobOptions {
  /** How often it is tried before it is `failed`. */
  readonly maxAttempts: number;
  /** How long to wait before the next attempt. */
  readonly retry: RetryPolicy;
  /** How long an attempt may take, ms; 0: as long as it likes. */
  readonly timeoutMs: number;
  /** What becomes of it when its last attempt has failed. */
  readonly onExhausted: 'fail' | 'cancel';
}

/** What a job does that says nothing else. */
export const JOB_DEFAULTS: JobOptions = {
  maxAttempts: 10,
  retry: 'hangfire',
  timeoutMs: 0,
  onExhausted: 'fail',
};

/** Facts about a job, in words of its own program: any JSON object of at most 1 KiB. */
export type JobMetadata = Readonly<Record<string, unknown>>;

/** What a header says beside the name and the options. */
export interface JobAbout {
  /** The version of the contract by which it was enqueued, from 1. */
  readonly version: number;
  readonly metadata: JobMetadata | undefined;
  /** What people read instead of the name. */
  readonly displayName: string | undefined;
}

/** What a job says that says nothing else about itself. */
export const ABOUT_DEFAULTS: JobAbout = { version: 1, metadata: undefined, displayName: undefined };

/** The name and the options of a job, and what is said about it, from line 1 of its record. */
export interface JobHeader extends JobAbout {
  readonly name: string;
  readonly options: JobOptions;
  /** What ties it to others; undefined: nothing does. */
  readonly ties: JobTies | undefined;
  /** The recurring job that it is a run of, and its tick, ms since 1970. */
  readonly recurring: readonly [id: string, tick: number] | undefined;
  /** Whether it was stored to run later: its age tells nothing about how long it waited. Absent: no. */
  readonly delayed?: true;
}

/** Where a job is, from line 0 of its record. */
export interface JobMark {
  /** `processing` may be `succeeded`: see {@link stateOfRecord}. */
  readonly state: JobState;
  /** Code of the queue in its shard. */
  readonly queueCode: string;
  /** Digit of the priority, 0 to 3. */
  readonly priority: number;
  /** Whether the header ties it to others. */
  readonly isTied: boolean;
  /** Whether it is set apart because something blocks it. */
  readonly isParked: boolean;
  /** How often a worker died while it held the job. */
  readonly crashes: number;
  /** How many of these deaths are blamed on the job alone. */
  readonly blamed: number;
  /** Identity of the worker that runs it, and the number of its claim. */
  readonly owner: string | undefined;
  readonly claim: string | undefined;
  /** Since when it waits for a worker, ms since 1970, if it was delayed or waited for others before. */
  readonly waitsSince: number | undefined;
}

/** A line of the tail: something that happened to the job. */
export interface TailLine {
  readonly code: TailCode;
  readonly worker: string | undefined;
  readonly claim: string | undefined;
  /** The attempt, from 1; undefined where none is meant. */
  readonly attempt: number | undefined;
  /** ms since 1970, by the clock of Redis as the worker knew it. 0: it never started. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** The result, the error, or the reason, as JSON. */
  readonly json: string;
}

/** What a tail line tells; docs/protocol.md §3. */
export type TailCode = 'S' | 'R' | 'F' | 'D' | 'L' | 'W' | 'Q' | 'C' | 'T' | 'H' | 'M' | 'U';

/** The parts of a record, with the tail not yet decoded. */
export interface JobRecord {
  readonly mark: string;
  readonly header: string;
  readonly payload: string;
  readonly tail: string;
}

/** The header line of a job. */
export function encodeHeader(name: string, options: JobOptions, about: JobAbout = ABOUT_DEFAULTS): string {
  const own: Record<string, unknown> = {};
  if (options.maxAttempts !== JOB_DEFAULTS.maxAttempts) own['maxAttempts'] = options.maxAttempts;
  if (options.retry !== JOB_DEFAULTS.retry) own['retry'] = options.retry;
  if (options.timeoutMs !== JOB_DEFAULTS.timeoutMs) own['timeoutMs'] = options.timeoutMs;
  if (options.onExhausted !== JOB_DEFAULTS.onExhausted) own['onExhausted'] = options.onExhausted;
  if (about.version !== 1) own['version'] = about.version;
  if (about.metadata !== undefined) own['metadata'] = about.metadata;
  if (about.displayName !== undefined) own['displayName'] = about.displayName;
  return Object.keys(own).length === 0 ? name : `${name} ${JSON.stringify(own)}`;
}

/** The digit of a mark that tells the priority, and whether the header ties the job to others. */
export function placeDigit(priority: number, isTied: boolean): number {
  return isTied ? priority + TIED : priority;
}

/** A header that also says what belongs to its job alone. */
export function extendHeader(
  header: string,
  own: Partial<Pick<JobHeader, 'ties' | 'recurring' | 'delayed'>>,
): string {
  const json = JSON.stringify(own).slice(1);
  return header.includes(' ') ? `${header.slice(0, -1)},${json}` : `${header} {${json}`;
}

/** What a header says of options and of the job. */
const REPLACED: ReadonlySet<string> = new Set([...Object.keys(JOB_DEFAULTS), ...Object.keys(ABOUT_DEFAULTS)]);

/** A header with other options, and other words about the job; its ties and whatever else it says stay. */
export function replaceOptions(header: string, options: JobOptions, about: JobAbout): string {
  const [name, json] = splitHeader(header);
  const own = splitHeader(encodeHeader(name, options, about))[1];
  const others = Object.fromEntries(Object.entries(json).filter(([key]) => !REPLACED.has(key)));
  const all = { ...own, ...others };
  return Object.keys(all).length === 0 ? name : `${name} ${JSON.stringify(all)}`;
}

function splitHeader(header: string): [name: string, json: Readonly<Record<string, unknown>>] {
  const space = header.indexOf(' ');
  if (space < 0) return [header, {}];
  return [header.slice(0, space), JSON.parse(header.slice(space + 1)) as Record<string, unknown>];
}

/** A new record without its first five characters, state and place, which depend on the shard. */
export function encodeBody(header: string, payload: string): string {
  return `00${NOBODY}\n${header}\n${payload}`;
}

/** A new record. `state` is the letter of `enqueued`, `scheduled` or `awaiting`. */
export function encodeRecord(state: 'E' | 'S' | 'A', place: string, body: string): string {
  return state + place + body;
}

/** A line for the tail, with the newline that begins it. */
export function encodeTailLine(line: TailLine): string {
  const { code, worker = '-', claim = '-', attempt = '-', startedAt, endedAt, json } = line;
  return `\n${code} ${worker} ${claim} ${attempt} ${startedAt} ${endedAt} ${json}`;
}

/** The parts of a record, or undefined when it is damaged. */
export function splitRecord(record: string): JobRecord | undefined {
  if (record.charCodeAt(MARK_LENGTH - 1) !== 10) return undefined;
  const headerEnd = record.indexOf('\n', MARK_LENGTH);
  if (headerEnd < 0) return undefined;
  const payloadEnd = record.indexOf('\n', headerEnd + 1);
  return {
    mark: record.slice(0, MARK_LENGTH),
    header: record.slice(MARK_LENGTH, headerEnd),
    payload: payloadEnd < 0 ? record.slice(headerEnd + 1) : record.slice(headerEnd + 1, payloadEnd),
    tail: payloadEnd < 0 ? '' : record.slice(payloadEnd),
  };
}

const headers = new Map<string, JobHeader | undefined>();

/**
 * The header of a job, or undefined when it is damaged. Jobs of one kind share their header, so it is remembered; but not one
 * with words of its own, which would drive the shared ones out.
 */
export function decodeHeader(header: string): JobHeader | undefined {
  const known = headers.get(header);
  if (known !== undefined) return known;
  // A copy: a slice would keep the whole record that it was cut from.
  const own = Buffer.from(header).toString();
  const decoded = parseHeader(own);
  if (decoded !== undefined && isItsOwn(decoded)) return decoded;
  if (headers.size >= MAX_CACHED_HEADERS) headers.clear();
  headers.set(own, decoded);
  return decoded;
}

const PLAIN_HEADER = { options: JOB_DEFAULTS, ...ABOUT_DEFAULTS, ties: undefined, recurring: undefined };

function isItsOwn({ metadata, displayName, ties, recurring }: JobHeader): boolean {
  return [metadata, displayName, ties, recurring].some((own) => own !== undefined);
}

function parseHeader(header: string): JobHeader | undefined {
  const space = header.indexOf(' ');
  if (space < 0) return header === '' ? undefined : { ...PLAIN_HEADER, name: header };
  try {
    const own: unknown = JSON.parse(header.slice(space + 1));
    if (!isObject(own) || space === 0) return undefined;
    const { version = 1, metadata, displayName, ties, recurring, delayed, ...options } = own;
    if (!isVersion(version)) return undefined;
    return {
      name: header.slice(0, space),
      options: { ...JOB_DEFAULTS, ...options },
      version,
      // Words for people and handlers: wrong ones are no reason to set a job aside.
      metadata: isObject(metadata) ? metadata : undefined,
      displayName: typeof displayName === 'string' ? displayName : undefined,
      ties: isObject(ties) ? ties : undefined,
      recurring: Array.isArray(recurring) ? (recurring as unknown as [string, number]) : undefined,
      ...(delayed === true && { delayed }),
    };
  } catch {
    // Not JSON: the record is damaged, which the caller handles.
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

/** The mark of a job, or undefined when it is damaged. */
export function decodeMark(mark: string): JobMark | undefined {
  if (!MARK.test(mark)) return undefined;
  const owner = mark.slice(OWNER_AT, 19);
  return {
    state: STATE_OF.get(mark.charAt(0)) ?? 'enqueued',
    queueCode: mark.slice(1, 4),
    priority: Number(mark.charAt(4)) % TIED,
    isTied: Number(mark.charAt(4)) >= TIED,
    isParked: mark.startsWith(PARKED),
    crashes: Number(mark.charAt(5)),
    blamed: Number(mark.charAt(6)),
    owner: owner.startsWith('-') ? undefined : owner,
    claim: owner.startsWith('-') ? undefined : mark.slice(19, 31),
    waitsSince: waitsSince(mark),
  };
}

/** Since when a job waits for a worker, as its mark tells: if it was delayed or waited for others. ms since 1970. */
export function waitsSince(mark: string): number | undefined {
  return mark.startsWith(SINCE, OWNER_AT) ? Number(mark.slice(OWNER_AT + SINCE.length, 31)) : undefined;
}

/** The lines of a tail, oldest first. Lines that are damaged are left out. */
export function decodeTail(tail: string): TailLine[] {
  if (tail === '') return [];
  return tail.slice(1).split('\n').flatMap(decodeTailLine);
}

function decodeTailLine(line: string): TailLine[] {
  const fields = /^([SRFDLWQCTHMU]) (\S+) (\S+) (\S+) (\d+) (\d+) (.*)$/.exec(line);
  if (fields === null) return [];
  const [, code, worker, claim, attempt, startedAt, endedAt, json] = fields;
  return [
    {
      code: code as TailCode,
      worker: worker === '-' ? undefined : worker,
      claim: claim === '-' ? undefined : claim,
      attempt: attempt === '-' ? undefined : Number(attempt),
      startedAt: Number(startedAt),
      endedAt: Number(endedAt),
      json: json ?? 'null',
    },
  ];
}

/** The state of a job: its mark's, but `succeeded` when the claim in the mark has a line that says so. */
export function stateOfRecord(mark: JobMark, tail: string): JobState {
  const done = mark.state === 'processing' && tail.includes(`\nS ${mark.owner ?? ''} ${mark.claim ?? ''} `);
  return done ? 'succeeded' : mark.state;
}

/** What the next attempt of a job must know of the earlier ones. */
export interface AttemptHistory {
  /** The number of the next attempt, from 1. Deferred, released and rescued runs use none; a requeue starts again. */
  readonly attempt: number;
  /** How often the job was taken back from a dead worker since then. */
  readonly recoveries: number;
}

/** Counts attempts in a tail. */
export function attemptHistory(tail: string): AttemptHistory {
  let attempt = 1;
  let recoveries = 0;
  if (tail === '') return { attempt, recoveries };
  for (const line of decodeTail(tail)) {
    if (line.code === 'Q') [attempt, recoveries] = [1, 0];
    else if (line.code === 'W') recoveries++;
    else if (line.code === 'R' || line.code === 'F') attempt = (line.attempt ?? attempt) + 1;
    // They used none and name the one that was due: a tail that was cut may begin with them.
    else if (line.code === 'D' || line.code === 'L') attempt = line.attempt ?? attempt;
  }
  return { attempt, recoveries };
}
