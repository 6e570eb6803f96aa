import type { Answer, ClaimCall, OutcomeAnswer, OutcomeCall, ReconcileCall } from './calls.ts';
import type { Rules } from './rules.ts';
import type { JobRecord, Processing, Store } from './store.ts';
import {
  countStale,
  isLastChance,
  isSuspect,
  list,
  openClaims,
  removeOpen,
  toFront,
  without,
} from './store.ts';

/** The calls of a worker (protocol.md §5). Each is one script: nothing happens between its lines. */

/** What a script has at hand. */
interface Script<C> {
  readonly store: Store;
  readonly rules: Rules;
  readonly call: C;
}

const processingOf = (store: Store, worker: string): Processing =>
  (store.processing[worker] ??= { n: 0, claims: {} });

export function register(store: Store, worker: string): void {
  store.leases[worker] = 'live';
}

export function renew(store: Store, rules: Rules, worker: string): 'OK' | 'LEASE_LOST' {
  if (!store.leases[worker] && !rules.renewRevives) return 'LEASE_LOST';
  store.leases[worker] = 'live';
  return 'OK';
}

export function unregister(store: Store, rules: Rules, worker: string): Answer {
  const isOpen = Object.keys(store.processing[worker]?.claims ?? {}).length > 0;
  if (isOpen && rules.unregisterChecks) return { word: 'OPEN' };
  delete store.leases[worker];
  delete store.processing[worker];
  return { word: 'OK' };
}

export function claim(store: Store, rules: Rules, call: ClaimCall): Answer {
  if (!store.leases[call.worker] && !rules.leaseMadeByClaim) return { word: 'LEASE_LOST' };
  const processing = processingOf(store, call.worker);
  if (call.no <= processing.n && rules.staleClaim === 'refused') return { word: 'STALE' };
  const taken = take({ store, rules, call }, processing);
  processing.n = Math.max(processing.n, call.no);
  store.leases[call.worker] = 'live';
  if (taken.length > 0) {
    const name = `${call.worker}#${call.no}`;
    store.open[name] = [...new Set([...(store.open[name] ?? []), ...taken])].toSorted();
    processing.claims[call.no] = taken.length;
  }
  const jobs = taken.map((id) => store.jobs[id]).filter((job) => job !== undefined);
  const suspects = taken.filter((id) => (store.jobs[id]?.crashes ?? 0) >= 2);
  return { taken, suspects, alone: rules.lastChance === 'alone' && jobs.some(isLastChance) };
}

function take(script: Script<ClaimCall>, processing: Processing): string[] {
  const { rules, call } = script;
  const taken: string[] = [];
  const mark = (id: string, job: JobRecord): void => {
    job.state = 'P';
    job.claim = `${call.worker}#${call.no}`;
    taken.push(id);
  };
  let maySuspect = call.maySuspect;
  for (const queue of call.queues) {
    const isEmpty = call.isEmpty && taken.length === 0;
    const suspect = maySuspect ? popSuspect(script, queue, isEmpty) : undefined;
    if (suspect) {
      const [id, job] = suspect;
      mark(id, job);
      processing.suspect = `${call.no} ${id}`;
      maySuspect = rules.suspectsPerWorker === 'any';
      if (isLastChance(job) && rules.lastChance === 'alone') return taken;
    }
    popReady(script, queue, { most: call.most - taken.length, mark });
  }
  return taken;
}

function popSuspect(
  { store, rules }: Script<ClaimCall>,
  queue: string,
  isEmpty: boolean,
): [string, JobRecord] | undefined {
  const suspects = list(store, `suspects:${queue}`);
  for (const id of suspects.slice()) {
    const job = store.jobs[id];
    const isWaiting = job?.state === 'E' && job.queue === queue && isSuspect(job);
    if (isWaiting && isLastChance(job) && rules.lastChance === 'alone' && !isEmpty) continue;
    without(suspects, id);
    if (isWaiting) return [id, job];
  }
  return undefined;
}

/** Pops until `most` jobs were taken. An entry is a hint: the mark decides. */
function popReady(
  { store, rules }: Script<ClaimCall>,
  queue: string,
  { most, mark }: { readonly most: number; readonly mark: (id: string, job: JobRecord) => void },
): void {
  const name = `ready:${queue}`;
  const ready = list(store, name);
  let taken = 0;
  while (ready.length > 0 && taken < most) {
    const batch = ready.splice(0, rules.popChecks === 'mark, read for the whole batch' ? most - taken : 1);
    const fresh = batch.filter((id) => isHere(store.jobs[id], queue, rules));
    countStale(store, name, fresh.length - batch.length);
    for (const id of fresh) {
      const job = store.jobs[id];
      if (job) mark(id, job);
    }
    taken += fresh.length;
  }
}

function isHere(job: JobRecord | undefined, queue: string, rules: Rules): boolean {
  if (!job) return false;
  if (rules.popChecks === 'nothing') return true;
  return (
    job.state === 'E' &&
    job.queue === queue &&
    (rules.popChecks === 'mark but not the crashes' || !isSuspect(job))
  );
}

export function outcome(store: Store, rules: Rules, call: OutcomeCall): Answer {
  const outcomes: Record<string, OutcomeAnswer> = {};
  // Each release goes to the very front, so the last job goes first.
  for (const id of call.kind === 'release' ? call.ids.toReversed() : call.ids) {
    outcomes[id] = settle({ store, rules, call }, id);
  }
  if (rules.openSet === 'write what remains') rewriteOpen(store, call);
  return { outcomes };
}

const CODES = { succeed: 'S', retry: 'R', fail: 'F', release: 'L' } as const;

function settle(script: Script<OutcomeCall>, id: string): OutcomeAnswer {
  const { store, rules, call } = script;
  const job = store.jobs[id];
  const line = `${CODES[call.kind]} ${call.worker}#${call.no}`;
  if (!job || !passes(script, id, job)) {
    const known = rules.already === 'any tail line' ? job?.tail.includes(line) : job?.tail.at(-1) === line;
    return known ? 'ALREADY' : 'LOST';
  }
  job.tail.push(line);
  moveOn(script, id, job);
  return 'OK';
}

/** The fence. With the real rule this is one SREM. */
function passes({ store, rules, call }: Script<OutcomeCall>, id: string, job: JobRecord): boolean {
  const name = `${call.worker}#${call.no}`;
  if (rules.fence === 'any claim of the worker') {
    return openClaims(store, call.worker).some(({ no }) => removeOpen(store, `${call.worker}#${no}`, id));
  }
  const isOpen = removeOpen(store, name, id);
  if (rules.fence === 'lease') return store.leases[call.worker] !== undefined;
  if (rules.fence === 'mark') return job.state === 'P' && job.claim === name;
  return isOpen;
}

/** A mutant: the worker says what is left, as it believed when it sent the call. */
function rewriteOpen(store: Store, call: OutcomeCall): void {
  const name = `${call.worker}#${call.no}`;
  const claims = store.processing[call.worker]?.claims;
  if (!store.open[name] || !claims) return;
  if (call.remaining.length > 0) store.open[name] = [...call.remaining];
  else {
    delete store.open[name];
    delete claims[call.no];
  }
}

function moveOn({ store, call }: Script<OutcomeCall>, id: string, job: JobRecord): void {
  switch (call.kind) {
    case 'succeed':
      // The mark stays P: success costs one APPEND.
      store.succeeded.push(id);
      store.stats.succeeded += 1;
      return;
    case 'retry':
      job.state = 'S';
      job.claim = '-';
      store.scheduled.push(id);
      store.stats.retried += 1;
      return;
    case 'fail':
      job.state = 'F';
      job.claim = '-';
      store.failed.push(id);
      store.stats.failed += 1;
      return;
    case 'release':
      toFront(store, [id]);
      store.stats.released += 1;
  }
}

export function reconcile(store: Store, rules: Rules, call: ReconcileCall): Answer {
  if (!store.leases[call.worker] && rules.reconcileNeedsLease) return { word: 'LEASE_LOST' };
  const back: string[] = [];
  for (const { no, ids } of openClaims(store, call.worker)) {
    if (no > call.upTo) continue;
    for (const id of ids.filter((each) => !call.held.includes(`${no}:${each}`))) {
      removeOpen(store, `${call.worker}#${no}`, id);
      back.push(id);
    }
  }
  toFront(store, back);
  store.stats.released += back.length;
  const processing = processingOf(store, call.worker);
  if (rules.reconcileRaises) processing.n = Math.max(processing.n, call.upTo);
  const gone = call.held.filter((each) => {
    const [no, id = ''] = each.split(':');
    return !store.open[`${call.worker}#${no}`]?.includes(id);
  });
  return { gone };
}
