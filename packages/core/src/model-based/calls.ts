import type { Connection } from '../redis/connect.ts';
import { runScript } from '../redis/script.ts';
import type { ClaimCall, HeldClaim, JobOutcome, Retention, SucceededClaim } from '../store/job-store.ts';
import { DEFAULT_RETENTION, JobStore } from '../store/job-store.ts';
import { QueueStore } from '../store/queue-store.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';
import * as leases from './lease-model.ts';
import * as persons from './person-model.ts';
import type { NewJobs } from './producer-model.ts';
import { produce } from './producer-model.ts';
import { trim } from './retention-model.ts';
import type { OutcomeVerb } from './worker-model.ts';
import * as workers from './worker-model.ts';
import type { World } from './world.ts';
import { LEASE_MS, SWEEP_MS } from './world.ts';

/** A call of a store with its exact arguments, so that it can be executed again, later, and out of order. */
export type Call =
  | NewJobs
  | { readonly verb: 'claim'; readonly call: ClaimCall }
  | {
      readonly verb: 'succeed';
      readonly worker: string;
      readonly keep: number;
      readonly claims: readonly SucceededClaim[];
    }
  | {
      readonly verb: OutcomeVerb;
      readonly worker: string;
      readonly keep: number;
      readonly jobs: readonly JobOutcome[];
    }
  | { readonly verb: 'progress'; readonly worker: string; readonly claim: string; readonly id: string }
  | {
      readonly verb: 'reconcile';
      readonly worker: string;
      readonly settled: string;
      readonly held: readonly HeldClaim[];
    }
  | { readonly verb: 'register' | 'unregister'; readonly worker: string }
  | { readonly verb: 'renew'; readonly worker: string; readonly load: string }
  | { readonly verb: 'rescue'; readonly worker: string; readonly most: number; readonly keep: number }
  | { readonly verb: 'promote'; readonly worker: string; readonly most: number }
  | {
      readonly verb: 'cancel' | 'requeue' | 'delete' | 'force';
      readonly ids: readonly string[];
      readonly keep: number;
    }
  | { readonly verb: 'purge'; readonly queue: string; readonly most: number }
  | { readonly verb: 'pause' | 'resume'; readonly queue: string }
  | { readonly verb: 'watch'; readonly ids: readonly string[]; readonly forMs: number }
  | { readonly verb: 'trim'; readonly retention: Retention };

/** What the protocol says a call answers; changes the model accordingly. */
export function predict(world: World, call: Call): unknown {
  switch (call.verb) {
    case 'enqueue':
    case 'schedule':
      return produce(world, call);
    case 'claim':
      return workers.claim(world, call.call);
    case 'succeed':
      return workers.succeed(world, call.worker, call);
    case 'retry':
    case 'defer':
    case 'fail':
    case 'release':
    case 'quarantine':
      return workers.outcomes(world, call);
    case 'progress':
      return workers.progress(world, call);
    case 'reconcile':
      return workers.reconcile(world, call.worker, call);
    default:
      return predictRest(world, call);
  }
}

type Rest = Exclude<
  Call,
  { readonly verb: 'enqueue' | 'schedule' | 'claim' | 'succeed' | OutcomeVerb | 'progress' | 'reconcile' }
>;

function predictRest(world: World, call: Rest): unknown {
  switch (call.verb) {
    case 'register':
      return leases.register(world, call.worker, LEASE_MS);
    case 'unregister':
      return leases.unregister(world, call.worker);
    case 'renew':
      return leases.renew(world, call.worker, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: call.load });
    case 'rescue':
      return leases.rescue(world, call.worker, call);
    case 'promote':
      return { moved: workers.promoteDue(world, call.most), nextDue: workers.nextDue(world) };
    case 'cancel':
      return persons.cancel(world, call.ids, call.keep);
    case 'requeue':
      return persons.requeue(world, call.ids);
    case 'delete':
    case 'force':
      return persons.remove(world, call.ids, call.verb === 'force');
    case 'purge':
      return persons.purge(world, call.queue, call.most);
    case 'pause':
    case 'resume':
      return persons[call.verb](world, call.queue);
    case 'watch':
      return persons.watch(world, call.ids, call.forMs);
    case 'trim':
      return trim(world, call.retention);
  }
}

const ACTOR = { who: 'eve', why: 'a test' } as const;
/** How many jobs a call of the stores looks at. */
export const PAGE = 500;

/** The stores of one shard. */
export class Stores {
  readonly connection: Connection;
  readonly prefix: string;
  readonly jobs: JobStore;
  readonly queues: QueueStore;
  readonly workers: WorkerRegistry;

  constructor(connection: Connection, prefix: string) {
    this.connection = connection;
    this.prefix = prefix;
    this.jobs = new JobStore(connection, prefix);
    this.queues = new QueueStore(connection, prefix);
    this.workers = new WorkerRegistry(connection, prefix);
  }
}

/** Executes a call; what it answers has the form of what {@link predict} says. */
export async function execute(stores: Stores, call: Call): Promise<unknown> {
  const { jobs } = stores;
  switch (call.verb) {
    case 'enqueue':
    case 'schedule':
      return jobs[call.verb](call.call);
    case 'claim':
      return withoutRecords(await jobs.claim(call.call));
    case 'succeed':
      return jobs.succeed(call.worker, call.keep, call.claims);
    case 'retry':
    case 'defer':
    case 'release':
    case 'quarantine':
      return jobs[call.verb](call.worker, call.jobs);
    case 'fail':
      return jobs.fail(call.worker, call.keep, call.jobs);
    case 'progress':
      return stores.workers.progress(call, '1', ['"a line"']);
    case 'reconcile':
      return jobs.reconcile(call.worker, call.settled, call.held);
    default:
      return executeRest(stores, call);
  }
}

/** Whether this worker holds the timer is left out: that memory expires by the clock of Redis itself. */
function withoutRecords(reply: Awaited<ReturnType<JobStore['claim']>>): workers.ClaimAnswer {
  if (reply.status !== 'OK') return reply;
  const { now, nextDue, mustEmpty } = reply;
  return { status: 'OK', now, nextDue, mustEmpty, ids: reply.jobs.filter((_, i) => i % 2 === 0) };
}

async function executeRest(stores: Stores, call: Rest): Promise<unknown> {
  const { jobs, queues } = stores;
  switch (call.verb) {
    case 'register':
      return stores.workers.register(call.worker, LEASE_MS, '{}');
    case 'unregister':
      return stores.workers.unregister(call.worker, ['mail']);
    case 'renew':
      return sortDead(
        await stores.workers.renew(call.worker, { leaseMs: LEASE_MS, sweepMs: SWEEP_MS, load: call.load }),
      );
    case 'rescue':
    case 'promote':
    case 'purge':
      return executePaged(stores, call);
    case 'cancel':
      return jobs.cancel(call.ids, ACTOR, call.keep);
    case 'requeue':
      return jobs.requeue(call.ids, ACTOR);
    case 'delete':
    case 'force':
      return jobs.delete(call.ids, ACTOR, call.verb === 'force');
    case 'pause':
    case 'resume':
      return queues[call.verb](call.queue, ACTOR);
    case 'watch':
      return queues.watch(call.ids, call.forMs);
    case 'trim':
      return jobs.trim(call.retention);
  }
}

function sortDead(reply: Awaited<ReturnType<WorkerRegistry['renew']>>): typeof reply {
  return reply === 'LEASE_LOST' ? reply : { ...reply, dead: reply.dead.toSorted() };
}

/** The stores' page is too large to be filled here: a smaller one goes to the script itself. */
async function executePaged(
  stores: Stores,
  call: Extract<Rest, { readonly most: number }>,
): Promise<unknown> {
  const { jobs, connection, prefix } = stores;
  switch (call.verb) {
    case 'rescue': {
      if (call.most === PAGE)
        return jobs.rescue(call.worker, { ...DEFAULT_RETENTION, failedCount: call.keep });
      const [status, moved = 0] = (await runScript({ connection, prefix }, 'rescue', [
        call.worker,
        call.most,
        call.keep,
      ])) as unknown[];
      return { status, moved };
    }
    case 'promote': {
      if (call.most !== PAGE) {
        const [moved, due] = (await runScript({ connection, prefix }, 'promote', [
          call.worker,
          call.most,
        ])) as number[];
        return { moved, nextDue: due === -1 ? undefined : due };
      }
      const { moved, nextDue } = await jobs.promote(call.worker);
      return { moved, nextDue };
    }
    case 'purge': {
      if (call.most === PAGE) return jobs.purge(call.queue, ACTOR, true);
      const args = ['eve', '""', call.queue, call.most, '0'];
      const [word, removed] = (await runScript({ connection, prefix }, 'purge', args)) as unknown[];
      return { removed, more: word === 'MORE' };
    }
  }
}
