import type { ServerView } from '@linstock/core';
import type { Attention } from './attention.ts';
import type { Health } from './health.ts';

/** From here on, in percent of its limit, the memory of a Redis is told of; and from there on it is bad. */
const MUCH = 80;
const TOO_MUCH = 95;
const MOST_DETAIL = 200;
/** So many of one kind are told by themselves, and named of more: there may be thousands of queues. */
export const MOST_NAMES = 3;

/** Those that are named of several. Pure. */
export function firstNames(names: readonly string[]): readonly string[] {
  return names.slice(0, MOST_NAMES);
}

/** What is to be noticed of what changes slowly. Pure. */
export function healthAttention({ servers, ticks, failing }: Health): Attention[] {
  const found = servers.flatMap(serverAttention);
  if (ticks.latest !== undefined)
    found.push({ level: 'bad', code: 'TICKS_LATE', about: ticks.latest, count: ticks.late });
  if (ticks.missed.length > 0) found.push({ level: 'warn', code: 'TICKS_MISSED', ...several(ticks.missed) });
  for (const { id: about, count, job, since } of ticks.leftOut)
    found.push({ level: 'warn', code: 'TICKS_OVERLAP', about, count, job, since });
  if (ticks.broken.length > 0) found.push({ level: 'bad', code: 'TICKS_ERROR', ...several(ticks.broken) });
  if (failing !== undefined) {
    const detail = `${failing.error}: ${failing.message}`.slice(0, MOST_DETAIL);
    found.push({ level: 'warn', code: 'FAILING', about: failing.job, count: failing.count, detail });
  }
  return found;
}

function several(ids: readonly string[]): Pick<Attention, 'about' | 'count' | 'names'> {
  return { about: ids[0] ?? '', count: ids.length, names: firstNames(ids) };
}

function serverAttention(server: ServerView): Attention[] {
  const { address: about, evictionPolicy, hasAppendOnlyFile, hasSnapshots } = server;
  const { memoryBytes = 0, memoryLimitBytes = 0 } = server;
  const found: Attention[] = [];
  if (evictionPolicy !== undefined && evictionPolicy !== 'noeviction')
    found.push({ level: 'bad', code: 'EVICTION', about, count: 0, detail: evictionPolicy });
  const count = memoryLimitBytes > 0 ? Math.floor((100 * memoryBytes) / memoryLimitBytes) : 0;
  if (count >= MUCH) found.push({ level: count >= TOO_MUCH ? 'bad' : 'warn', code: 'MEMORY', about, count });
  if (hasAppendOnlyFile === false) found.push({ ...lossOf(hasSnapshots), about, count: 0 });
  return found;
}

/** What a crash would lose of a Redis without an append-only file. */
function lossOf(hasSnapshots: boolean | undefined): Pick<Attention, 'level' | 'code'> {
  if (hasSnapshots === undefined) return { level: 'warn', code: 'DISK_UNKNOWN' };
  return hasSnapshots ? { level: 'info', code: 'NO_LOG' } : { level: 'warn', code: 'NO_DISK' };
}
