import { firstNames, healthAttention, MOST_NAMES } from './health-attention.ts';
import type { Pulse } from './pulse.ts';
import { hostOf } from './workers.ts';

/** Something that a person should look at, the worst first. */
export interface Attention {
  readonly level: 'bad' | 'warn' | 'info';
  readonly code:
    | 'ALERT'
    | 'NO_WORKERS'
    | 'QUEUE_UNSERVED'
    | 'WORKER_DEAD'
    | 'WORKER_LEFTOVER'
    | 'FAILED'
    | 'FAILING'
    | 'QUEUE_PAUSED'
    | 'SUSPECTS'
    | 'LOOP_BLOCKED'
    | 'BLOCKED'
    | 'WAITS_LONG'
    | 'TICKS_LATE'
    | 'TICKS_MISSED'
    | 'TICKS_OVERLAP'
    | 'TICKS_ERROR'
    | 'EVICTION'
    | 'MEMORY'
    | 'NO_LOG'
    | 'NO_DISK'
    | 'DISK_UNKNOWN';
  /** What it is about: a queue, a worker, a job, a recurring job, a server; empty: everything. Of several: the first. */
  readonly about: string;
  readonly count: number;
  /** The first three of several, of which `count` tells how many there are. */
  readonly names?: readonly string[];
  /** More in words, as a job or a server told it. */
  readonly detail?: string;
  /** The job that others wait for to end, and its tick (ms since 1970); or that has ended without its handler. */
  readonly job?: string;
  readonly since?: number;
}

const STALL_MS = 1000;
/** For so long a job may wait for a worker before somebody should know. */
const LONG_MS = 600_000;
/** So long a handler may take to stop after its attempt has ended. */
const LEFTOVER_MS = 180_000;
const ORDER = { bad: 0, warn: 1, info: 2 } as const;
/** There may be one of each queue: they come after what there is one of. */
const OF_QUEUES: ReadonlySet<string> = new Set(['QUEUE_UNSERVED', 'QUEUE_PAUSED', 'SUSPECTS', 'BLOCKED']);

/** What is to be noticed in a pulse. Pure. */
export function findAttention(pulse: Pulse): Attention[] {
  const found = [...pulseAttention(pulse), ...healthAttention(pulse.health)];
  const rank = ({ level, code }: Attention): number => 2 * ORDER[level] + Number(OF_QUEUES.has(code));
  return together(found.toSorted((a, b) => rank(a) - rank(b) || b.count - a.count));
}

/** One entry instead of many of one kind, where the first of them stands. */
function together(found: readonly Attention[]): Attention[] {
  const kinds = new Map<string, Attention[]>();
  for (const entry of found) {
    const same = kinds.get(entry.code);
    if (same === undefined) kinds.set(entry.code, [entry]);
    else same.push(entry);
  }
  return found.flatMap((entry) => {
    const same = kinds.get(entry.code) ?? [];
    if (same.length <= MOST_NAMES) return entry;
    const { level, code, about } = entry;
    const names = firstNames(same.map((one) => one.about));
    return entry === same[0] ? { level, code, about, count: same.length, names } : [];
  });
}

/** The job that has waited longest, where nothing else says yet why its queue does not move. */
function longWait({ at, queues, health: { oldest } }: Pulse, served: ReadonlySet<string>): Attention[] {
  const queue = queues.find(({ name }) => name === oldest?.queue);
  if (oldest === undefined || queue === undefined || at - oldest.since < LONG_MS) return [];
  if (
    queue.paused !== undefined ||
    !served.has(queue.name) ||
    (queue.enqueued > 0 && queue.blocked === queue.enqueued)
  )
    return [];
  const minutes = Math.floor((at - oldest.since) / 60_000);
  return [{ level: 'warn', code: 'WAITS_LONG', about: queue.name, count: minutes }];
}

/** The worker with the handler that has outlived its attempt for longest: one entry, however many there are. */
function leftover({ at, workers, health: { leftovers = [] } }: Pulse): Attention[] {
  const [longest] = leftovers;
  const worker = workers.find(({ id }) => id === longest?.worker);
  if (longest === undefined || worker === undefined || at - longest.endedAt < LEFTOVER_MS) return [];
  const count = Math.floor((at - longest.endedAt) / 60_000);
  const about = hostOf(worker);
  return [{ level: 'warn', code: 'WORKER_LEFTOVER', about, count, job: longest.job }];
}

function pulseAttention(pulse: Pulse): Attention[] {
  const { counts, queues, workers, dead, alerts } = pulse;
  const served = new Set(workers.flatMap(({ info }) => info?.queues ?? []));
  const found: Attention[] = alerts.map(({ name }) => ({
    level: 'bad',
    code: 'ALERT',
    about: name,
    count: 0,
  }));
  const waits = counts.enqueued + counts.scheduled;
  if (workers.length === 0)
    found.push({ level: waits > 0 ? 'bad' : 'warn', code: 'NO_WORKERS', about: '', count: counts.enqueued });
  if (counts.failed > 0) found.push({ level: 'bad', code: 'FAILED', about: '', count: counts.failed });
  for (const { name, paused, enqueued, suspects, blocked } of queues) {
    if (workers.length > 0 && enqueued > 0 && !served.has(name))
      found.push({ level: 'bad', code: 'QUEUE_UNSERVED', about: name, count: enqueued });
    if (paused !== undefined)
      found.push({ level: 'warn', code: 'QUEUE_PAUSED', about: name, count: enqueued });
    if (suspects > 0) found.push({ level: 'warn', code: 'SUSPECTS', about: name, count: suspects });
    if (blocked > 0 && blocked === enqueued)
      found.push({ level: 'info', code: 'BLOCKED', about: name, count: blocked });
  }
  for (const { load, ...worker } of workers) {
    if (load === undefined || load.stallMs <= STALL_MS) continue;
    const count = Math.round(load.stallMs / 1000);
    found.push({ level: 'warn', code: 'LOOP_BLOCKED', about: hostOf(worker), count });
  }
  found.push(...longWait(pulse, served), ...leftover(pulse));
  // Workers of one process die together.
  for (const about of new Set(dead.map(({ host }) => host)))
    found.push({ level: 'warn', code: 'WORKER_DEAD', about, count: 0 });
  return found;
}
