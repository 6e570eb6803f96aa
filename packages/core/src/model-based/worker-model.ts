import type { ClaimCall, HeldClaim, JobOutcome, SucceededClaim } from '../store/job-store.ts';
import type { Outcome } from '../store/outcomes.ts';
import { reversed, sorted } from './lists.ts';
import { endFailed, surplus, trimSucceeded } from './retention-model.ts';
import type { Claims, Job, World } from './world.ts';
import { byTime, close, count, entries, hasLastChance, wait, waitsIn } from './world.ts';

/** What a claim answers, without the records. */
export type ClaimAnswer =
  | { readonly status: 'LEASE_LOST' | 'STALE' }
  | {
      readonly status: 'OK';
      readonly now: number;
      readonly nextDue: number | undefined;
      readonly mustEmpty: boolean;
      readonly ids: readonly string[];
    };

export function promoteDue(world: World, limit: number): number {
  const due = byTime(world, 'scheduled')
    .filter((job) => job.at <= world.now)
    .slice(0, limit);
  for (const job of due) {
    wait(world, job, 'back');
    job.since = job.at;
  }
  return due.length;
}

export function nextDue(world: World): number | undefined {
  return byTime(world, 'scheduled')[0]?.at;
}

export function claim(world: World, call: ClaimCall): ClaimAnswer {
  if (!world.leases.has(call.worker)) return { status: 'LEASE_LOST' };
  const claims = claimsOf(world, call.worker);
  if (claims?.highest !== undefined && call.claim <= claims.highest) return { status: 'STALE' };
  promoteDue(world, 100);
  const { jobs, suspect, mustEmpty } = takeWaiting(world, call);
  for (const job of jobs) job.owner = { worker: call.worker, claim: call.claim };
  const ids = jobs.map(({ id }) => id);
  const own = claims ?? newClaims(world, call.worker);
  own.highest = call.claim;
  if (ids.length > 0) own.open.set(call.claim, { took: ids.length, ids: new Set(ids) });
  if (suspect !== undefined) own.suspect = { claim: call.claim, id: suspect.id };
  world.leases.set(call.worker, world.now + call.leaseMs);
  return { status: 'OK', now: world.now, nextDue: nextDue(world), mustEmpty, ids };
}

interface Taken {
  readonly jobs: Job[];
  suspect: Job | undefined;
  mustEmpty: boolean;
}

/** One suspect at most; one with a last chance comes alone. Then queue by queue, by priority. No paused queue. */
function takeWaiting(world: World, call: ClaimCall): Taken {
  const taken: Taken = { jobs: [], suspect: undefined, mustEmpty: false };
  const queues = call.queues.filter((queue) => !world.paused.has(queue));
  // Who holds nothing looks for suspects in all of its queues before it takes anything else.
  if (call.suspects === 'alone') for (const queue of queues) takeSuspect(world, call, { queue, taken });
  if (taken.suspect !== undefined && hasLastChance(taken.suspect)) return taken;
  for (const queue of queues) {
    if (taken.jobs.length < call.most && call.suspects !== 'none') takeSuspect(world, call, { queue, taken });
    for (let priority = 0; priority <= 3; priority++) {
      takeReady(world, { list: entries(world.ready, `${queue}:${priority}`), most: call.most, taken });
    }
  }
  return taken;
}

/** Entries that do not count are dropped on the way. */
function takeReady(
  world: World,
  { list, most, taken }: { list: string[]; most: number; taken: Taken },
): void {
  while (list.length > 0 && taken.jobs.length < most) {
    const job = waitsIn(world, list.shift() ?? '', list);
    if (job === undefined) continue;
    job.state = 'processing';
    taken.jobs.push(job);
  }
}

/** A last chance goes to who holds nothing; for others it moves to the end, and one of them is to empty itself. */
function takeSuspect(world: World, call: ClaimCall, { queue, taken }: { queue: string; taken: Taken }): void {
  const list = entries(world.suspects, queue);
  let passed: string | undefined;
  while (list.length > 0 && taken.suspect === undefined) {
    const id = list.shift() ?? '';
    const job = waitsIn(world, id, list);
    if (job === undefined) continue;
    if (!hasLastChance(job) || call.suspects === 'alone') {
      job.state = 'processing';
      taken.jobs.push(job);
      taken.suspect = job;
      if (hasLastChance(job)) world.alone = undefined;
      return;
    }
    list.push(id);
    world.alone ??= call.worker;
    if (world.alone === call.worker) taken.mustEmpty = true;
    if (passed === id) return;
    passed ??= id;
  }
}

function claimsOf(world: World, worker: string): Claims | undefined {
  return world.claims.get(worker);
}

function newClaims(world: World, worker: string): Claims {
  const claims: Claims = { highest: undefined, suspect: undefined, open: new Map() };
  world.claims.set(worker, claims);
  return claims;
}

export type OutcomeVerb = 'retry' | 'defer' | 'fail' | 'release' | 'quarantine';

const CODE = { succeed: 'S', retry: 'R', defer: 'D', fail: 'F', release: 'L', quarantine: 'X' } as const;
const STAT = {
  retry: 'retried',
  defer: 'deferred',
  fail: 'failed',
  release: 'released',
  quarantine: '',
} as const;

/** Outcomes of jobs, but for success. */
export function outcomes(
  world: World,
  call: { verb: OutcomeVerb; worker: string; keep: number; jobs: readonly JobOutcome[] },
): Outcome[] {
  const { verb, worker, jobs } = call;
  const answers: Outcome[] = [];
  // Released jobs go to the front, so that the first of the call ends up foremost.
  const order = verb === 'release' ? reversed(jobs.keys()) : [...jobs.keys()];
  let accepted = 0;
  for (const i of order) {
    const outcome = jobs[i];
    if (outcome === undefined) continue;
    const answer = take(world, { verb, worker, claim: outcome.claim, id: outcome.id });
    answers[i] = answer;
    if (answer !== 'OK') continue;
    accepted++;
    applyOutcome(world, verb, { ...outcome, worker });
  }
  if (STAT[verb] !== '') count(world, STAT[verb], accepted);
  if (verb === 'fail' && accepted > 0) endFailed(world, { keep: call.keep, most: 2 * accepted });
  return answers;
}

function applyOutcome(
  world: World,
  verb: OutcomeVerb,
  outcome: JobOutcome & { readonly worker: string },
): void {
  const job = world.jobs.get(outcome.id);
  if (job === undefined) return;
  if (verb === 'quarantine') {
    world.jobs.delete(job.id);
    world.quarantined.add(job.id);
    return;
  }
  if (outcome.line !== '')
    job.tail.push({ code: CODE[verb], worker: outcome.worker, claim: outcome.claim, endedAt: 0 });
  job.owner = undefined;
  if (verb === 'release') return wait(world, job, 'front');
  job.state = verb === 'fail' ? 'failed' : 'scheduled';
  job.at = world.now + (verb === 'fail' ? 0 : (outcome.delayMs ?? 0));
}

interface Taking {
  readonly verb: keyof typeof CODE;
  readonly worker: string;
  readonly claim: string;
  readonly id: string;
}

/** Membership in the open claim is the fence. */
function take(world: World, { verb, worker, claim: no, id }: Taking): Outcome {
  if (close(world, { worker, claim: no, id })) return 'OK';
  const job = world.jobs.get(id);
  if (job === undefined) return 'GONE';
  const isNamed = job.tail.some(
    (line) => line.code === CODE[verb] && line.worker === worker && line.claim === no,
  );
  return isNamed ? 'ALREADY' : 'LOST';
}

export function succeed(
  world: World,
  worker: string,
  call: { keep: number; claims: readonly SucceededClaim[] },
): 'OK' | Outcome[] {
  const answers: Outcome[] = [];
  let accepted = 0;
  for (const { claim: no, ids, lines } of call.claims) {
    for (const [i, id] of ids.entries()) {
      const answer = take(world, { verb: 'succeed', worker, claim: no, id });
      answers.push(answer);
      const job = world.jobs.get(id);
      if (answer !== 'OK' || job === undefined) continue;
      accepted++;
      job.state = 'succeeded';
      job.tail.push({ code: 'S', worker, claim: no, endedAt: Number(lines[i]?.split(' ')[5]) });
      world.succeeded.push(id);
    }
  }
  if (accepted === 0) return answers.every((answer) => answer === 'OK') ? 'OK' : answers;
  count(world, 'succeeded', accepted);
  trimSucceeded(world, Math.min(surplus(world, call.keep), 2 * accepted));
  return answers.every((answer) => answer === 'OK') ? 'OK' : answers;
}

/** Open ids of claims that are settled and not held go back; what is held and not open is named. */
export function reconcile(
  world: World,
  worker: string,
  { settled, held }: { settled: string; held: readonly HeldClaim[] },
): 'LEASE_LOST' | { moved: number; lost: { claim: string; id: string }[] } {
  if (!world.leases.has(worker)) return 'LEASE_LOST';
  const claims = claimsOf(world, worker) ?? newClaims(world, worker);
  const all = held.flatMap(({ claim: no, ids }) => ids.map((id) => ({ claim: no, id })));
  const lost = all.filter(({ claim: no, id }) => claims.open.get(no)?.ids.has(id) !== true);
  const back = openJobs(claims).filter(
    ({ claim: no, id }) => no <= settled && !all.some((one) => one.claim === no && one.id === id),
  );
  for (const { claim: no, id } of back) {
    close(world, { worker, claim: no, id });
    const job = world.jobs.get(id);
    if (job !== undefined) wait(world, job, 'front');
  }
  if (claims.highest === undefined || claims.highest < settled) claims.highest = settled;
  count(world, 'released', back.length);
  return { moved: back.length, lost };
}

/** Open jobs in the order in which they go to the front: the newest claim first, within one the greatest id. */
export function openJobs(claims: Claims | undefined): { claim: string; id: string }[] {
  const open = claims?.open ?? new Map<string, { ids: Set<string> }>();
  return reversed(sorted(open.keys())).flatMap((no) => {
    const ids = reversed(sorted(open.get(no)?.ids ?? []));
    return ids.map((id) => ({ claim: no, id }));
  });
}

export function progress(world: World, job: { worker: string; claim: string; id: string }): 'OK' | 'LOST' {
  return claimsOf(world, job.worker)?.open.get(job.claim)?.ids.has(job.id) === true ? 'OK' : 'LOST';
}
