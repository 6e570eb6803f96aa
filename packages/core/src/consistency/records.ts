import type { JobHeader, JobMark } from '../job/job.ts';
import { decodeHeader, decodeMark, MARK_LENGTH, splitRecord, stateOfRecord } from '../job/job.ts';
import { KEY } from '../redis/keys.ts';
import type { Read, Scope } from './scope.ts';
import { readMark, readPlain, readTogether, suspicion } from './scope.ts';

/** Records: each must be readable, and stand where its state says. */

/** More than what most headers take. */
const BEGINNING = 1024;
const SUSPECT = 2;

/** Where a record should stand: in a structure that can be asked for one entry, or in a list, which cannot. */
type Seat = { readonly list: string } | { readonly read: Read; readonly where: string };

/** Looks at one record. */
export async function checkRecord(scope: Scope, id: string): Promise<void> {
  const { shard, suspect } = scope;
  const { redis } = shard.connection;
  const key = KEY.job + id;
  const beginning = await readPlain(redis.getrange(shard.prefix + key, 0, BEGINNING - 1));
  // Gone meanwhile, or no string.
  if (beginning === undefined || beginning === '') return;
  const text = beginning.slice(0, MARK_LENGTH);
  const mark = decodeMark(text);
  const header = await headerOf(scope, id, beginning);
  if (mark === undefined || header === undefined) {
    const confirm = () => isDamaged(scope, id);
    suspect(suspicion(scope, { kind: 'record-damaged', key, id, detail: show(text) }, confirm));
    return;
  }
  const queue = await queueOf(scope, mark.queueCode);
  if (queue === undefined) {
    const detail = `code ${mark.queueCode}`;
    const confirm = async () =>
      (await readMark(shard, id)) === text && (await queueOf(scope, mark.queueCode)) === undefined;
    suspect(suspicion(scope, { kind: 'queue-code-unknown', key, id, detail }, confirm));
    return;
  }
  await checkPayload(scope, id, beginning);
  await checkSeat(scope, { id, text, mark, header, queue });
}

interface Found {
  readonly id: string;
  /** The first line, with its newline. */
  readonly text: string;
  readonly mark: JobMark;
  readonly header: JobHeader;
  readonly queue: string;
}

async function headerOf({ shard }: Scope, id: string, beginning: string): Promise<JobHeader | undefined> {
  const isWhole = beginning.length < BEGINNING || beginning.includes('\n', MARK_LENGTH);
  const header = isWhole ? splitRecord(beginning)?.header : await shard.reader.header(id);
  return header === undefined ? undefined : decodeHeader(header);
}

async function isDamaged(scope: Scope, id: string): Promise<boolean> {
  const { redis } = scope.shard.connection;
  const again = await readPlain(redis.getrange(scope.shard.prefix + KEY.job + id, 0, BEGINNING - 1));
  if (again === undefined || again === '') return false;
  return (
    decodeMark(again.slice(0, MARK_LENGTH)) === undefined || (await headerOf(scope, id, again)) === undefined
  );
}

async function queueOf({ shard }: Scope, code: string): Promise<string | undefined> {
  const name = await readPlain(shard.connection.redis.hget(shard.prefix + KEY.queues, `#${code}`));
  return name ?? undefined;
}

/** A payload that has a key of its own leaves line 2 empty. */
async function checkPayload(scope: Scope, id: string, beginning: string): Promise<void> {
  const { shard, suspect } = scope;
  const headerEnd = beginning.indexOf('\n', MARK_LENGTH);
  const next = beginning.charAt(headerEnd + 1);
  if (headerEnd < 0 || headerEnd === BEGINNING - 1 || (next !== '' && next !== '\n')) return;
  const isMissing = async (): Promise<boolean> => {
    const [record, payload] = await readTogether(shard, [
      ['exists', KEY.job + id],
      ['exists', KEY.payload + id],
    ]);
    return record === 1 && payload === 0;
  };
  if (!(await isMissing())) return;
  const detail = `there is no ${KEY.payload}${id}`;
  suspect(suspicion(scope, { kind: 'payload-missing', key: KEY.job + id, id, detail }, isMissing));
}

async function checkSeat(scope: Scope, found: Found): Promise<void> {
  const { shard, suspect, expect } = scope;
  const { id, text, mark } = found;
  const seat = seatOf(found);
  if ('list' in seat) return expect({ id, list: seat.list, mark: text });
  const [command, key, ...args] = seat.read;
  const { redis } = shard.connection;
  const standing = await readPlain(redis.call(command, shard.prefix + String(key), ...args));
  if (standing !== null && standing !== 0) return;
  // What has succeeded is open nowhere, and its mark says "processing".
  if (mark.state === 'processing') return expect({ id, list: KEY.succeeded, mark: text });
  if (mark.state === 'awaiting' && (await waitsForLaunch(scope, found))) return;
  const confirm = async (): Promise<boolean> => {
    const [again, place] = await readTogether(shard, [['getrange', KEY.job + id, 0, 31], seat.read]);
    if (again !== text || (place !== null && place !== 0)) return false;
    return mark.state !== 'awaiting' || !(await waitsForLaunch(scope, found));
  };
  const detail = `${mark.isParked ? 'parked' : mark.state}, and not in ${seat.where}`;
  suspect(suspicion(scope, { kind: 'job-not-indexed', key: KEY.job + id, id, detail }, confirm));
}

function seatOf({ id, mark, header, queue }: Found): Seat {
  const sorted = (key: string): Seat => ({ read: ['zscore', key, id], where: key });
  switch (mark.state) {
    case 'enqueued':
      return mark.isParked ? sorted(KEY.parked + queue) : { list: waitingList(mark, header, queue) };
    case 'processing':
    case 'succeeded': {
      const set = `${KEY.processing}${mark.owner ?? ''}:${mark.claim ?? ''}`;
      return { read: ['sismember', set, id], where: set };
    }
    case 'scheduled':
    case 'awaiting':
    case 'failed':
    case 'cancelled':
      return sorted(KEY[mark.state]);
  }
}

/** The list in which a job waits: the rule of lua/parts/enlist.lua. */
function waitingList({ crashes, priority, isTied }: JobMark, { ties }: JobHeader, queue: string): string {
  if (crashes >= SUSPECT) return KEY.suspects + queue;
  const group = isTied ? ties?.group?.[0] : undefined;
  return group === undefined
    ? `${KEY.ready}${queue}:${priority}`
    : `${KEY.group}${queue}:${priority}:${group}`;
}

/** Members of a draft, and jobs that wait for one, stand in no index: nobody sees them before the launch has come to them. */
async function waitsForLaunch({ shard }: Scope, { header: { ties } }: Found): Promise<boolean> {
  const around = [
    ...(ties?.batch === undefined ? [] : [ties.batch]),
    ...(ties?.parents ?? []).map(([id]) => id),
  ];
  for (const batch of around) {
    const fields = await readPlain(
      shard.connection.redis.hmget(shard.prefix + KEY.batch + batch, 'state', 'cursor', 'halt'),
    );
    const [state, cursor, halt] = fields ?? [];
    if (typeof state !== 'string') continue;
    if (state !== 'open' || typeof cursor === 'string' || typeof halt === 'string') return true;
  }
  return false;
}

/** Whether a record's claim has ended it as succeeded. */
export function hasSucceeded(record: string): boolean {
  const parts = splitRecord(record);
  const mark = parts && decodeMark(parts.mark);
  return mark !== undefined && parts !== undefined && stateOfRecord(mark, parts.tail) === 'succeeded';
}

function show(text: string): string {
  return `begins with ${JSON.stringify(text.slice(0, 31))}`;
}
