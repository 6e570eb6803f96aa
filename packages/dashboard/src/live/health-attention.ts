import type { ServerView } from '@linstock/core';
import type { Attention } from './attention.ts';
import type { Health } from './health.ts';

/** From here on, in percent of its limit, the memory of a Redis is told of; and from there on it is bad. */
const MUCH = 80;
const TOO_MUCH = 95;
const MOST_DETAIL = 200;

/** What is to be noticed of what changes slowly. Pure. */
export function healthAttention({ servers, ticks, failing }: Health): Attention[] {
  const found = servers.flatMap(serverAttention);
  const [missed] = ticks.missed;
  const [broken] = ticks.broken;
  if (ticks.latest !== undefined)
    found.push({ level: 'bad', code: 'TICKS_LATE', about: ticks.latest, count: ticks.late });
  if (missed !== undefined)
    found.push({ level: 'warn', code: 'TICKS_MISSED', about: missed, count: ticks.missed.length });
  if (broken !== undefined)
    found.push({ level: 'bad', code: 'TICKS_ERROR', about: broken, count: ticks.broken.length });
  if (failing !== undefined) {
    const detail = `${failing.error}: ${failing.message}`.slice(0, MOST_DETAIL);
    found.push({ level: 'warn', code: 'FAILING', about: failing.job, count: failing.count, detail });
  }
  return found;
}

function serverAttention(server: ServerView): Attention[] {
  const { address: about, evictionPolicy, hasAppendOnlyFile } = server;
  const { memoryBytes = 0, memoryLimitBytes = 0 } = server;
  const found: Attention[] = [];
  if (evictionPolicy !== undefined && evictionPolicy !== 'noeviction')
    found.push({ level: 'bad', code: 'EVICTION', about, count: 0, detail: evictionPolicy });
  const count = memoryLimitBytes > 0 ? Math.floor((100 * memoryBytes) / memoryLimitBytes) : 0;
  if (count >= MUCH) found.push({ level: count >= TOO_MUCH ? 'bad' : 'warn', code: 'MEMORY', about, count });
  if (hasAppendOnlyFile === false) found.push({ level: 'info', code: 'NO_LOG', about, count: 0 });
  return found;
}
