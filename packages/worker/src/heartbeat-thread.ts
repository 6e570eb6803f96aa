/**
 * Keeps a worker's leases alive from a thread of its own, so that a handler that blocks the main loop does not cost the
 * lease; rescues the jobs of workers that died; gives back what was claimed ahead and did not start in time.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { writeSync } from 'node:fs';
import { Connection, JobStore, WorkerRegistry } from '@linstock/core/internal';
import { AheadTable } from './ahead-table.ts';
import type { FromThread, HeartbeatData, ToThread } from './heartbeat-protocol.ts';
import { QUIET, RUNNING, SLOTS, TICK_MS, TICKS } from './heartbeat-protocol.ts';
import { LoadNews } from './load-news.ts';
import type { LongRun } from './long-runs.ts';
import { stored } from './long-runs.ts';

const RELEASE_AFTER_MS = 100;
const LOOK_EVERY_MS = 20;
/** When even this thread did not run for this long, the whole process was stopped. */
const PAUSED_MS = 500;
/** Part of the lease without a renewal after which the worker must count it as lost. */
const SILENT_PART = 0.8;

interface Lease {
  readonly shard: number;
  readonly worker: string;
  readonly registry: WorkerRegistry;
  readonly jobs: JobStore;
  readonly news: LoadNews;
  renewedAt: number;
  silent: boolean;
  rescuing: boolean;
  timer: NodeJS.Timeout | undefined;
}

const data = workerData as HeartbeatData;
const connection = new Connection(data.redis, 'commands', data.limits);
const table = new AheadTable(data.ahead);
const pulse = new Int32Array(data.pulse);
const leases = new Map<number, Lease>();
let lastTicks = -1;
let tickedAt = performance.now();
let lookedAt = performance.now();
let stallMs = 0;
/** The last that the main loop has told: while it is blocked, it is what is known. */
let longest: readonly LongRun[] = [];

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

function hold({ shard, prefix, worker }: Extract<ToThread, { type: 'hold' }>): void {
  leave(shard);
  const lease: Lease = {
    shard,
    worker,
    registry: new WorkerRegistry(connection, prefix),
    jobs: new JobStore(connection, prefix),
    news: new LoadNews(shard === 0 ? undefined : { longest: [] }),
    renewedAt: performance.now(),
    silent: false,
    rescuing: false,
    timer: undefined,
  };
  leases.set(shard, lease);
  void begin(lease);
}

/** The first beat may be due before this thread has reached Redis: that is no trouble. */
async function begin(lease: Lease): Promise<void> {
  const at = performance.now() + data.beatMs * Math.random();
  await connection.ready(data.limits.commandTimeoutMs).catch(() => undefined);
  if (leases.get(lease.shard) === lease) beatIn(lease, Math.max(0, at - performance.now()));
}

function leave(shard: number): void {
  clearTimeout(leases.get(shard)?.timer);
  leases.delete(shard);
}

function beatIn(lease: Lease, ms: number): void {
  lease.timer = setTimeout(() => void beat(lease), ms);
}

async function beat(lease: Lease): Promise<void> {
  let next = data.beatMs * (0.9 + Math.random() / 10);
  try {
    const load = loadJson(lease);
    const sentAt = performance.now();
    const reply = await lease.registry.renew(lease.worker, {
      leaseMs: data.leaseMs,
      sweepMs: data.beatMs,
      load,
    });
    if (leases.get(lease.shard) !== lease) return;
    if (reply === 'LEASE_LOST') return lost(lease);
    // Redis counts from when it executed the call, which may be long before its answer is here.
    lease.renewedAt = sentAt;
    lease.silent = false;
    tell({ type: 'beat', shard: lease.shard, worker: lease.worker, order: reply.order ?? 0 });
    void rescueAll(lease, reply.dead);
  } catch (error) {
    // The next beat comes sooner; `silent` tells the worker when that is not soon enough.
    next = data.beatMs / 4;
    lease.news.forget();
    tell({ type: 'trouble', what: 'beat', message: (error as Error).message });
  }
  if (leases.get(lease.shard) === lease) beatIn(lease, next);
}

function lost(lease: Lease): void {
  leave(lease.shard);
  tell({ type: 'lost', shard: lease.shard, worker: lease.worker });
}

/** Empty when there is nothing worth a write. */
function loadJson({ shard, news }: Lease): string {
  // What is held under an identity that is over runs elsewhere, or soon will.
  const held = longest.filter((run) => leases.get(run.shard)?.worker === run.worker);
  if (shard > 0) {
    const load = { longest: stored(held.filter((run) => run.shard === shard)) };
    return news.isNews(load, performance.now()) ? JSON.stringify(load) : '';
  }
  const load = {
    running: Atomics.load(pulse, RUNNING),
    stallMs: Math.round(stallMs),
    isQuiet: Atomics.load(pulse, QUIET) > 0,
    ...(Atomics.load(pulse, QUIET) === 2 && { isStopping: true }),
    concurrency: Atomics.load(pulse, SLOTS),
    longest: stored(held),
  };
  if (!news.isNews(load, performance.now())) return '';
  return JSON.stringify({ ...load, memoryBytes: process.memoryUsage.rss() });
}

/** Beside the beats: a dead worker may have held more than is moved between two of them. */
async function rescueAll(lease: Lease, dead: readonly string[]): Promise<void> {
  if (lease.rescuing || dead.length === 0) return;
  lease.rescuing = true;
  try {
    for (const worker of dead) await rescue(lease, worker);
  } catch (error) {
    // A later sweep names those again that are left.
    tell({ type: 'trouble', what: 'rescue', message: (error as Error).message });
  } finally {
    lease.rescuing = false;
  }
}

async function rescue({ shard, jobs }: Lease, dead: string): Promise<void> {
  for (let more = true; more;) {
    const { status, moved } = await jobs.rescue(dead, data.retention);
    more = status === 'MORE';
    if (status === 'MORE' || status === 'DONE') tell({ type: 'rescued', shard, dead, moved });
  }
}

/** Also runs while the main loop is blocked: that is what it is for. */
function look(): void {
  for (const { shard, claim, ids } of table.takeOverdue(RELEASE_AFTER_MS)) {
    const lease = leases.get(shard);
    tell({ type: 'released', shard, claim, ids });
    if (lease !== undefined) void release(lease, claim, ids);
  }
  const now = performance.now();
  for (const lease of leases.values()) {
    if (!lease.silent && now - lease.renewedAt > SILENT_PART * data.leaseMs) {
      lease.silent = true;
      tell({ type: 'silent', shard: lease.shard, worker: lease.worker });
    }
  }
  watchMainLoop(now);
}

async function release(lease: Lease, claim: number, ids: readonly string[]): Promise<void> {
  const number = String(claim).padStart(12, '0');
  try {
    await lease.jobs.release(
      lease.worker,
      ids.map((id) => ({ claim: number, id, line: '' })),
    );
  } catch (error) {
    // The worker does not hold these jobs any more, so its next reconciliation gives them back.
    tell({ type: 'trouble', what: 'release', message: (error as Error).message });
  }
}

function watchMainLoop(now: number): void {
  const ticks = Atomics.load(pulse, TICKS);
  // After a stop of the whole process (SIGSTOP, a suspended machine) the main loop has had no turn to tick either.
  if (ticks !== lastTicks || now - lookedAt > PAUSED_MS) [lastTicks, tickedAt] = [ticks, now];
  lookedAt = now;
  stallMs = Math.max(0, now - tickedAt - TICK_MS);
  if (stallMs < data.maxEventLoopBlockMs) return;
  // A stuck process must not be kept alive by its own heartbeat. Nothing less than SIGKILL ends a blocked main thread.
  const seconds = Math.round(stallMs / 1000);
  writeSync(
    2,
    `linstock: the event loop has been blocked for ${seconds} s (maxEventLoopBlock): this process ends; its jobs run elsewhere\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'hold') hold(message);
  else if (message.type === 'leave') leave(message.shard);
  else if (message.type === 'longest') longest = message.runs;
  else stop();
});

function stop(): void {
  clearInterval(looking);
  for (const shard of leases.keys()) leave(shard);
  connection.close();
  tell({ type: 'stopped' });
  parentPort?.close();
  // Whatever a connection that never came up still waits for.
  process.exit(0);
}

const looking = setInterval(look, LOOK_EVERY_MS);
connection.ready(data.limits.commandTimeoutMs).catch((error: unknown) => {
  // Beats fail with the same error until Redis is there.
  tell({ type: 'trouble', what: 'connect', message: (error as Error).message });
});
