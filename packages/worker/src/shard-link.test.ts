import type { Outcome, Shard } from '@linstock/core/internal';
import { Connection, DEFAULT_RETENTION, ShardSet } from '@linstock/core/internal';
import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import type { FlakyProxy } from '@linstock/test-kit/flaky-redis';
import { startFlakyProxy } from '@linstock/test-kit/flaky-redis';
import { sharedRedis } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HeldJob } from './held-jobs.ts';
import { resolveOptions } from './options.ts';
import type { LinkListener } from './shard-link.ts';
import { newIdentity, ShardLink } from './shard-link.ts';
import type { Scene } from './testing/scene.ts';
import { Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, 1);
const work = defineJob({ name: 'work' });
/** After which a call counts as unanswered: longer than a busy machine takes to answer. */
const COMMAND_MS = 2000;

/** What a link told. */
class Ear implements LinkListener {
  readonly jobs: HeldJob[] = [];
  readonly refusedIds: string[] = [];
  readonly answers: [string, Outcome][] = [];
  readonly troubles: string[] = [];
  losses = 0;
  onLoss: () => void = () => undefined;

  claimed: LinkListener['claimed'] = (_link, { jobs }) => void this.jobs.push(...jobs);
  clockwork: LinkListener['clockwork'] = () => undefined;
  succeeded: LinkListener['succeeded'] = ({ id }, answer) => void this.answers.push([id, answer]);
  settled: LinkListener['settled'] = ({ job: { id } }, answer) => void this.answers.push([id, answer]);
  refused: LinkListener['refused'] = ({ id }) => void this.refusedIds.push(id);
  mayHoldSuspect: LinkListener['mayHoldSuspect'] = () => false;
  trouble: LinkListener['trouble'] = (_error, what) => void this.troubles.push(what);
  turned: LinkListener['turned'] = () => undefined;
  leaseLost: LinkListener['leaseLost'] = () => {
    this.losses++;
    this.onLoss();
  };
}

let proxy: FlakyProxy;
let scene: Scene;
let connection: Connection;
let shard: Shard;
let ear: Ear;
let link: ShardLink;

beforeEach(async () => {
  proxy = await startFlakyProxy({ targetPort: store.port });
  scene = stage.open();
  await scene.client.connect();
  connection = new Connection(proxy.url, 'commands', { commandTimeoutMs: COMMAND_MS });
  [shard] = await new ShardSet(connection, scene.target.namespace, 1).open(5000);
  ear = new Ear();
  const options = resolveOptions({ redis: proxy.url, commandTimeout: COMMAND_MS, log: scene.log });
  link = new ShardLink(shard, options, ear);
  await link.register('{}');
  link.fenced = false;
});

afterEach(async () => {
  link.stop();
  connection.close();
  await stage.closeAll();
  await proxy.stop();
});

function line(job: HeldJob): string {
  return `\nS ${job.claim.worker} ${job.claim.text} 1 1 2 null`;
}

/** Reconciles, as often as it takes. */
function reconciled(): Promise<true> {
  return eventually(async () => {
    if (link.shouldReconcile) await link.reconcile();
    return link.mayClaim;
  });
}

/** Claims that many new jobs. */
async function claim(count: number): Promise<HeldJob[]> {
  await scene.client.enqueueMany(
    work,
    Array.from({ length: count }, (_, n) => n),
  );
  const before = ear.jobs.length;
  await link.exchange(count);
  return ear.jobs.slice(before);
}

test('identities are of twelve characters without look-alikes, and never the same', () => {
  const all = Array.from({ length: 1000 }, newIdentity);
  expect(new Set(all).size).toBe(1000);
  expect(all.every((identity) => /^[A-HJ-NP-Z0-9]{12}$/.test(identity) && !identity.includes('O'))).toBe(
    true,
  );
});

describe('reconcile', () => {
  test('gives back what is open and not held', async () => {
    const [first, second] = await claim(2);
    if (first !== undefined) link.held.settle(first);
    await link.reconcile();
    expect((await scene.job(first?.id ?? '')).state).toBe('enqueued');
    expect((await scene.job(second?.id ?? '')).state).toBe('processing');
  });

  test('names what is held and not open: what runs, and what waits to start', async () => {
    const jobs = await claim(3);
    const [running, , finished] = jobs;
    if (running !== undefined) running.state = 'running';
    if (finished !== undefined) finished.state = 'finished';
    await scene.client.cancelMany(jobs.map(({ id }) => id));
    await link.reconcile();
    // A finished job's outcome gets an answer of its own.
    expect(ear.refusedIds).toEqual([jobs[0]?.id, jobs[1]?.id]);
  });

  test('that was demanded keeps claims back until it has succeeded', async () => {
    link.demandReconcile();
    expect([link.mayClaim, link.shouldReconcile]).toEqual([false, true]);
    await link.reconcile();
    expect([link.mayClaim, link.shouldReconcile]).toEqual([true, false]);
  });

  test('that was demanded again meanwhile is done again', async () => {
    link.demandReconcile();
    const first = link.reconcile();
    link.demandReconcile();
    await first;
    expect([link.mayClaim, link.shouldReconcile]).toEqual([false, true]);
  });

  test('on the timer leaves the jobs of a claim that is under way', async () => {
    await scene.client.enqueueMany(work, [1, 2]);
    proxy.delay(50);
    const claimed = link.exchange(2);
    await link.reconcile();
    await claimed;
    proxy.delay(0);
    expect(ear.jobs).toHaveLength(2);
    for (const { id } of ear.jobs) expect((await scene.job(id)).state).toBe('processing');
  });

  test('that gets no answer is demanded again', async () => {
    proxy.blackhole(true);
    await link.reconcile();
    proxy.blackhole(false);
    expect([ear.troubles, link.shouldReconcile]).toEqual([['reconcile'], true]);
    await reconciled();
  });
});

describe('a claim', () => {
  test('without an answer is never sent again; what it took comes back', async () => {
    const [handle] = await scene.client.enqueueMany(work, [1]);
    const cut = proxy.cutAfterNextRequest('000000000001');
    await link.exchange(1);
    await cut;
    expect([ear.jobs, link.requested, link.shouldReconcile]).toEqual([[], 0, true]);
    await link.reconcile();
    expect((await scene.job(handle?.id ?? '')).state).toBe('enqueued');
    await eventually(() => link.mayClaim);
    await link.exchange(1);
    expect(ear.jobs.map(({ id, claim: { number } }) => [id, number])).toEqual([[handle?.id, 2]]);
  });

  test('whose late copy arrives after the reconciliation takes nothing', async () => {
    const held = proxy.holdNextRequest('000000000001');
    await link.exchange(1);
    await reconciled();
    const [handle] = await scene.client.enqueueMany(work, [1]);
    expect(String(await (await held).deliver())).toContain('STALE');
    expect((await scene.job(handle?.id ?? '')).state).toBe('enqueued');
  });

  test('that brings less than it asked says that the shard is empty, unless it was woken meanwhile', async () => {
    await link.exchange(1);
    expect([link.empty, link.mayClaim]).toEqual([true, false]);
    link.wake();
    const claimed = link.exchange(1);
    link.wake();
    await claimed;
    expect(link.empty).toBe(false);
  });

  test('that was answered after its identity ended is of no account', async () => {
    await scene.client.enqueue(work, 1);
    proxy.delay(50);
    const claimed = link.exchange(1);
    link.identity = newIdentity();
    await claimed;
    proxy.delay(0);
    expect([ear.jobs, link.held.isEmpty, ear.losses]).toEqual([[], true, 0]);
  });
});

describe('a lost lease', () => {
  test('that claim, reconcile and heartbeat tell at once is one loss', async () => {
    const before = link.identity;
    ear.onLoss = () => void link.register('{}');
    await scene.call('DEL', `${scene.prefix()}leases`);
    const told = [link.exchange(1), link.exchange(1), link.reconcile()];
    await Promise.all(told);
    link.loseLease(before);
    await eventually(async () => (await scene.leases()).length === 1);
    expect([ear.losses, link.fenced]).toEqual([1, true]);
    expect(await scene.leases()).toEqual([link.identity]);
  });

  test('is heard also by a worker that was fenced and never claimed', () => {
    link.fenced = true;
    link.loseLease(link.identity);
    expect(ear.losses).toBe(1);
  });

  test('leaves outcomes of the identity before: they go under it, and count where nobody took the jobs back', async () => {
    const [job] = await claim(1);
    if (job === undefined) throw new Error('no job');
    await link.register('{}');
    link.outcomes.succeed(job, line(job));
    await link.exchange(0);
    expect(ear.answers).toEqual([[job.id, 'OK']]);
  });
});

describe('an outcome', () => {
  test('without an answer is sent again until it has one, and counts once', async () => {
    const [job] = await claim(1);
    if (job === undefined) throw new Error('no job');
    link.outcomes.succeed(job, line(job));
    const cut = proxy.cutAfterNextRequest('\nS ');
    await link.exchange(0);
    await cut;
    expect(ear.answers).toEqual([[job.id, 'ALREADY']]);
    expect([link.held.isEmpty, link.callsUnderway]).toEqual([true, 0]);
  });

  test('of a job that was rescued meanwhile is lost', async () => {
    const [job] = await claim(1);
    if (job === undefined) throw new Error('no job');
    await scene.call('ZADD', `${scene.prefix()}leases`, '1', link.identity);
    expect(await shard.jobs.rescue(link.identity, DEFAULT_RETENTION)).toEqual({ status: 'DONE', moved: 1 });
    link.outcomes.succeed(job, line(job));
    await link.exchange(0);
    expect(ear.answers).toEqual([[job.id, 'LOST']]);
    expect((await scene.job(job.id)).state).toBe('enqueued');
  });

  test('that Redis refuses three times is given up, and not told as a success', async () => {
    const [job] = await claim(1);
    if (job === undefined) throw new Error('no job');
    await scene.call('DEL', `${scene.prefix()}queues`);
    await scene.call('SET', `${scene.prefix()}queues`, 'no dictionary');
    link.outcomes.succeed(job, line(job));
    await link.exchange(0);
    expect(ear.answers).toEqual([[job.id, 'LOST']]);
    expect([ear.troubles.length, link.shouldReconcile, link.callsUnderway]).toEqual([3, true, 0]);
  });

  test('does not keep the worker from ending when Redis is away', async () => {
    const [job] = await claim(1);
    if (job === undefined) throw new Error('no job');
    proxy.blackhole(true);
    link.outcomes.succeed(job, line(job));
    const sent = link.exchange(0);
    link.stop();
    await sent;
    expect(ear.answers).toEqual([[job.id, 'LOST']]);
  });
});

describe('registering', () => {
  test('without an answer goes on with another identity', async () => {
    const cut = proxy.cutAfterNextRequest('"first try"');
    await link.register('"first try"');
    await cut;
    const leases = await scene.leases();
    expect(leases).toContain(link.identity);
    // The one of the setup, the one whose answer was lost, and the one it has now.
    expect(leases).toHaveLength(3);
  });

  test('for a given time ends with the error', async () => {
    proxy.blackhole(true);
    await expect(link.register('{}', 100)).rejects.toThrow();
  });
});
