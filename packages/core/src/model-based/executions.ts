import type { Connection } from '../redis/connect.ts';
import type { ScriptArgument, ScriptName, ScriptTarget } from '../redis/script.ts';
import { runScript } from '../redis/script.ts';
import { DEFAULT_RETENTION, JobStore } from '../store/job-store.ts';
import { QueueStore } from '../store/queue-store.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';
import type { Call, CallOf, Verb } from './calls.ts';
import { PAGE } from './calls.ts';
import { sorted } from './lists.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

const ACTOR = { who: 'eve', why: 'a test' } as const;

/** The stores of one shard. */
export class Stores {
  readonly prefix: string;
  readonly jobs: JobStore;
  readonly queues: QueueStore;
  readonly workers: WorkerRegistry;
  readonly #target: ScriptTarget;

  constructor(connection: Connection, prefix: string) {
    this.#target = { connection, prefix };
    this.prefix = prefix;
    this.jobs = new JobStore(connection, prefix);
    this.queues = new QueueStore(connection, prefix);
    this.workers = new WorkerRegistry(connection, prefix);
  }

  /** A script itself, for pages smaller than those of the stores, which cannot be filled here. */
  async run(script: ScriptName, args: readonly ScriptArgument[]): Promise<readonly unknown[]> {
    return (await runScript(this.#target, script, args)) as unknown[];
  }
}

type Execution<V extends Verb> = (stores: Stores, call: CallOf<V>) => Promise<unknown>;

const EXECUTIONS: { readonly [V in Verb]: Execution<V> } = {
  enqueue: ({ jobs }, { call }) => jobs.enqueue(call),
  schedule: ({ jobs }, { call }) => jobs.schedule(call),
  claim,
  succeed: ({ jobs }, { worker, keep, claims }) => jobs.succeed(worker, keep, claims),
  retry: ({ jobs }, call) => jobs.retry(call.worker, call.jobs),
  defer: ({ jobs }, call) => jobs.defer(call.worker, call.jobs),
  fail: ({ jobs }, call) => jobs.fail(call.worker, call.keep, call.jobs),
  release: ({ jobs }, call) => jobs.release(call.worker, call.jobs),
  quarantine: ({ jobs }, call) => jobs.quarantine(call.worker, call.jobs),
  progress: ({ workers }, call) => workers.progress(call, '1', ['"a line"']),
  reconcile: ({ jobs }, { worker, settled, held }) => jobs.reconcile(worker, settled, held),
  register: ({ workers }, { worker }) => workers.register(worker, LEASE_MS, '{}'),
  unregister: ({ workers }, { worker }) => workers.unregister(worker, ['mail']),
  renew,
  rescue,
  promote,
  cancel: ({ jobs }, { ids, keep }) => jobs.cancel(ids, ACTOR, keep),
  requeue: ({ jobs }, { ids }) => jobs.requeue(ids, ACTOR),
  delete: ({ jobs }, { ids }) => jobs.delete(ids, ACTOR, false),
  force: ({ jobs }, { ids }) => jobs.delete(ids, ACTOR, true),
  purge,
  pause: ({ queues }, { queue }) => queues.pause(queue, ACTOR),
  resume: ({ queues }, { queue }) => queues.resume(queue, ACTOR),
  watch: ({ queues }, { ids, forMs }) => queues.watch(ids, forMs),
  trim: ({ jobs }, { retention }) => jobs.trim(retention),
};

/** Executes a call; what it answers has the form of what the model predicts. */
export function execute(stores: Stores, call: Call): Promise<unknown> {
  // As in predictions.ts.
  return (EXECUTIONS[call.verb] as (stores: Stores, call: Call) => Promise<unknown>)(stores, call);
}

/** Whether this worker holds the timer is left out: that memory expires by the clock of Redis itself. */
async function claim({ jobs }: Stores, { call }: CallOf<'claim'>): Promise<unknown> {
  const reply = await jobs.claim(call);
  if (reply.status !== 'OK') return reply;
  const { status, now, nextDue, mustEmpty } = reply;
  return { status, now, nextDue, mustEmpty, ids: reply.jobs.filter((_, i) => i % 2 === 0) };
}

async function renew({ workers }: Stores, { worker, load }: CallOf<'renew'>): Promise<unknown> {
  const reply = await workers.renew(worker, { load, leaseMs: LEASE_MS, sweepMs: SWEEP_MS });
  return reply === 'LEASE_LOST' ? reply : { now: reply.now, dead: sorted(reply.dead) };
}

async function rescue(stores: Stores, { worker, most, keep }: CallOf<'rescue'>): Promise<unknown> {
  if (most === PAGE) return stores.jobs.rescue(worker, { ...DEFAULT_RETENTION, failedCount: keep });
  const [status, moved = 0] = await stores.run('rescue', [worker, most, keep]);
  return { status, moved };
}

async function promote(stores: Stores, { worker, most }: CallOf<'promote'>): Promise<unknown> {
  if (most === PAGE) {
    const { moved, nextDue } = await stores.jobs.promote(worker);
    return { moved, nextDue };
  }
  const [moved, due] = await stores.run('promote', [worker, most]);
  return { moved, nextDue: due === -1 ? undefined : due };
}

async function purge(stores: Stores, { queue, most }: CallOf<'purge'>): Promise<unknown> {
  if (most === PAGE) return stores.jobs.purge(queue, ACTOR, true);
  const [word, removed] = await stores.run('purge', ['eve', '""', queue, most, '0']);
  return { removed, more: word === 'MORE' };
}
