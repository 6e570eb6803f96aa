import { sorted } from './lists.ts';
import { endFailed } from './retention-model.ts';
import { openJobs } from './worker-model.ts';
import type { Job, World } from './world.ts';
import { close, count, hasLastChance, wait } from './world.ts';

export function register(world: World, worker: string, leaseMs: number): 'EXISTS' | { now: number } {
  if (world.leases.has(worker)) return 'EXISTS';
  world.leases.set(worker, world.now + leaseMs);
  world.sweep.longest = Math.max(world.sweep.longest, leaseMs);
  return { now: world.now };
}

/** A beat is a sweep: after a gap in the sweeps nothing is rescued for one lease. */
export function renew(
  world: World,
  worker: string,
  beat: { leaseMs: number; sweepMs: number; load: string },
): 'LEASE_LOST' | { now: number; dead: string[] } {
  const { now, sweep } = world;
  if (!world.leases.has(worker)) return 'LEASE_LOST';
  sweep.longest = Math.max(sweep.longest, beat.leaseMs);
  world.leases.set(worker, now + beat.leaseMs);
  if (beat.load !== '') world.loads.add(worker);
  const isGap = sweep.last === undefined || now - sweep.last > 3 * beat.sweepMs || now < sweep.last;
  if (isGap) sweep.graceUntil = now + sweep.longest;
  sweep.last = now;
  for (const [other, expiry] of world.leases)
    world.leases.set(other, Math.min(expiry, now + 2 * sweep.longest));
  if (now < sweep.graceUntil) return { now, dead: [] };
  const expired = [...world.leases].filter(([, expiry]) => expiry <= now).map(([other]) => other);
  return { now, dead: sorted([...expired, ...world.rescuing]) };
}

export function unregister(world: World, worker: string): 'OK' | 'OPEN' {
  if ((world.claims.get(worker)?.open.size ?? 0) > 0) return 'OPEN';
  world.leases.delete(worker);
  world.loads.delete(worker);
  world.claims.delete(worker);
  return 'OK';
}

export type RescueAnswer = {
  readonly status: 'NONE' | 'ALIVE' | 'GRACE' | 'MORE' | 'DONE';
  readonly moved: number;
};

export function rescue(
  world: World,
  worker: string,
  { most, keep }: { most: number; keep: number },
): RescueAnswer {
  if (!world.rescuing.has(worker)) {
    const refusal = refuseRescue(world, worker);
    if (refusal !== undefined) return { status: refusal, moved: 0 };
    beginRescue(world, worker);
  }
  const claims = world.claims.get(worker);
  const open = openJobs(claims);
  const now = open.slice(0, most);
  let poisoned = 0;
  for (const { claim, id } of now) {
    const job = world.jobs.get(id);
    close(world, { worker, claim, id });
    if (job === undefined) continue;
    const isGuilty = claims?.suspect?.claim === claim && claims.suspect.id === id;
    if (recover(world, job, { worker, claim, isGuilty }) === 'poison') poisoned++;
  }
  count(world, 'rescued', now.length);
  count(world, 'failed', poisoned);
  if (poisoned > 0) endFailed(world, { keep, most: 2 * poisoned });
  if (open.length > now.length) return { status: 'MORE', moved: now.length };
  world.claims.delete(worker);
  world.rescuing.delete(worker);
  return { status: 'DONE', moved: now.length };
}

function refuseRescue(world: World, worker: string): 'NONE' | 'ALIVE' | 'GRACE' | undefined {
  const expiry = world.leases.get(worker);
  if (expiry === undefined) return 'NONE';
  if (expiry > world.now) return 'ALIVE';
  return world.sweep.graceUntil > world.now ? 'GRACE' : undefined;
}

/** The lease goes first. Blame needs a suspect that was still held. */
function beginRescue(world: World, worker: string): void {
  world.leases.delete(worker);
  world.loads.delete(worker);
  world.rescuing.add(worker);
  const claims = world.claims.get(worker);
  const suspect = claims?.suspect;
  if (claims === undefined || suspect === undefined) return;
  if (claims.open.get(suspect.claim)?.ids.has(suspect.id) !== true) claims.suspect = undefined;
}

interface Recovery {
  readonly worker: string;
  readonly claim: string;
  readonly isGuilty: boolean;
}

function recover(world: World, job: Job, { worker, claim, isGuilty }: Recovery): 'poison' | 'waits' {
  const isPoison = isGuilty && hasLastChance(job);
  job.crashes = Math.min(job.crashes + 1, 9);
  if (isGuilty) job.blamed = Math.min(job.blamed + 1, 9);
  job.tail.push({ code: 'W', worker, claim, endedAt: world.now });
  if (!isPoison) {
    wait(world, job, 'front');
    return 'waits';
  }
  job.state = 'failed';
  job.owner = undefined;
  job.at = world.now;
  return 'poison';
}
