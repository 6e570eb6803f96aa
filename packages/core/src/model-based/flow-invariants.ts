import type { JobTies, LockTie } from '../job/ties.ts';
import { MOST, tiesInHeader } from './flow-ties.ts';
import type { Found } from './invariants.ts';
import { readRecords } from './invariants.ts';
import type { Snapshot } from './snapshot.ts';
import { listAt, mapAt, namesUnder } from './snapshot.ts';

/**
 * What must hold of the keys of tied jobs at every instant, whatever happened before: a limit's places are taken by jobs that
 * run, who waits is waited for, and a lock stands for a job that may hold it.
 */

/** A job as it stands, with what ties it. */
export interface FlowJob extends Found {
  readonly ties: JobTies;
}

/** What the key space does not tell. */
interface Circumstances {
  readonly now: number;
  /** Worker, claim and id of every job whose handler runs. */
  readonly handled: ReadonlySet<string>;
  /** These, and those of which their workers have not heard. */
  readonly running: ReadonlySet<string>;
  /** Jobs that were claimed since they were stored or requeued. */
  readonly started: ReadonlySet<string>;
}

export function readFlow(snapshot: Snapshot): Map<string, FlowJob> {
  const records = [...readRecords(snapshot).values()].filter((record) => record !== undefined);
  return new Map(records.map((record) => [record.id, { ...record, ties: tiesInHeader(record.header) }]));
}

/** It has not ended. */
export function isOpen({ letter }: Found): boolean {
  return 'SEBAP'.includes(letter);
}

/** Stands for worker and claim of a job that waits. */
const NOBODY = '-'.repeat(24);

/** Every sentence names something that must not be. */
export function findFlowDamage(snapshot: Snapshot, circumstances: Circumstances): string[] {
  const jobs = readFlow(snapshot);
  return [
    ...wrongHolders(snapshot, jobs, circumstances),
    ...wrongBlocks(snapshot, jobs, circumstances),
    ...wrongLocks(snapshot, jobs, circumstances),
    ...wrongDeadlines(snapshot, jobs, circumstances),
  ];
}

/**
 * A place of a limit is taken by a job that is open in just that claim, or that a person took from it and whose worker has not
 * told yet that the handler has ended; or it is kept for a job that waits, whose mark says so.
 */
function wrongHolders(
  snapshot: Snapshot,
  jobs: ReadonlyMap<string, FlowJob>,
  { handled, running }: Circumstances,
): string[] {
  const lingering = lingeringMembers(snapshot);
  const held = namesUnder(snapshot, 'holders:').flatMap((key) => {
    const members = listAt(snapshot, `holders:${key}`);
    const most = MOST.get(key) ?? 0;
    return [
      ...(members.length > most ? [`${members.length} jobs hold ${key}, allowed are ${most}`] : []),
      ...members
        .filter((member) => !lingering.has(member) && !isOpenMember(snapshot, member))
        .filter((member) => !isReserved(jobs.get(member.slice(24)), member))
        .map((member) => `${key} is held by ${member}, which runs no more`),
    ];
  });
  const free = [...jobs.values()]
    .filter(({ letter }) => letter === 'P')
    .flatMap(({ id, owner, claim, ties }) =>
      (ties.limits ?? [])
        .filter(([key]) => !listAt(snapshot, `holders:${key}`).includes(owner + claim + id))
        .map(([key]) => `${id} runs and does not hold ${key}`),
    );
  const early = [...handled].flatMap((member) => {
    const job = jobs.get(member.slice(24));
    if (job?.letter !== 'C') return [];
    const keys = (job.ties.limits ?? []).map(([key]) => key);
    return keys
      .filter((key) => !listAt(snapshot, `holders:${key}`).includes(member))
      .map((key) => `${member} is cancelled, its handler runs, and ${key} is free already`);
  });
  const promised = [...jobs.values()].filter(
    ({ id, letter, owner, ties }) =>
      letter === 'E' &&
      owner.startsWith('-reserved') &&
      !(ties.limits ?? []).some(([key]) => listAt(snapshot, `holders:${key}`).includes(NOBODY + id)),
  );
  const ended = [...lingering].filter((member) => !running.has(member));
  return [
    ...held,
    ...free,
    ...early,
    ...promised.map(
      ({ id }) => `${id} waits for a slot, and the place that its mark speaks of is not its own`,
    ),
    ...ended.map((member) => `${member} keeps its places, and nobody will free them`),
  ];
}

/** Worker, claim and id of every job that a person took from its worker. */
function lingeringMembers(snapshot: Snapshot): Set<string> {
  const workers = namesUnder(snapshot, 'processing:').filter((name) => !name.includes(':'));
  return new Set(
    workers.flatMap((worker) =>
      [...mapAt(snapshot, `processing:${worker}`).keys()]
        .filter((field) => field.startsWith('~'))
        .map((field) => worker + field.slice(1)),
    ),
  );
}

function isReserved(job: FlowJob | undefined, member: string): boolean {
  return member.startsWith(NOBODY) && job?.letter === 'E' && job.owner.startsWith('-reserved');
}

function isOpenMember(snapshot: Snapshot, member: string): boolean {
  const [worker, claim, id] = [member.slice(0, 12), member.slice(12, 24), member.slice(24)];
  return listAt(snapshot, `processing:${worker}:${claim}`).includes(id);
}

/** Whoever is parked is looked after: by a reason of its own that has a timer, or by its deadline. */
function wrongBlocks(
  snapshot: Snapshot,
  jobs: ReadonlyMap<string, FlowJob>,
  { now }: Circumstances,
): string[] {
  const [timers, deadlines] = [mapAt(snapshot, 'timers'), mapAt(snapshot, 'deadlines')];
  const reasons = namesUnder(snapshot, 'blocked:');
  const untimed = reasons.filter((reason) => !timers.has(reason)).map((reason) => `${reason} has no timer`);
  const forgotten = [...jobs.values()]
    .filter(({ letter }) => letter === 'B')
    .filter(({ id, ties }) => {
      if (timers.has('deadline') && Number(deadlines.get(id) ?? Infinity) <= now) return false;
      const own = [
        // Its name, when that is paused.
        'name:greet',
        ...(ties.limits ?? []).map(([key]) => `limit:${key}`),
        ...(ties.rates ?? []).map(([key]) => `rate:${key}`),
      ];
      return !own.some((reason) => listAt(snapshot, `blocked:${reason}`).includes(id));
    })
    .map(({ id }) => `${id} is parked, and nothing looks after it`);
  return [...untimed, ...forgotten];
}

/** A lock that names an open job is one of its own; one that names none refuses nobody. */
function wrongLocks(
  snapshot: Snapshot,
  jobs: ReadonlyMap<string, FlowJob>,
  { started }: Circumstances,
): string[] {
  // A window is for a time, whatever becomes of its job.
  const locks = namesUnder(snapshot, 'lock:').filter((key) => !key.startsWith('w:'));
  const foreign = locks.flatMap((key) => {
    const holder = jobs.get(String(snapshot.get(`lock:${key}`)?.value));
    if (holder === undefined || !isOpen(holder)) return [];
    const own = (holder.ties.locks ?? []).find(([name]) => name === key);
    if (own === undefined) return [`the lock ${key} names ${holder.id}, which never asked`];
    return own[1] === 'started' && started.has(holder.id)
      ? [`${holder.id} has started, and keeps ${key}`]
      : [];
  });
  const holders = [...jobs.values()].flatMap((job) =>
    (job.ties.locks ?? [])
      .filter((lock) => isHeldBy(lock, job, started))
      .map(([key]) => ({ key, id: job.id })),
  );
  const unheld = holders.filter(({ key, id }) => snapshot.get(`lock:${key}`)?.value !== id);
  const shared = holders.filter(({ key, id }) => holders.some((other) => other.key === key && other.id < id));
  return [
    ...foreign,
    ...unheld.map(({ key, id }) => `${id} does not have its lock ${key}`),
    ...shared.map(({ key, id }) => `${id} is not the only one with the lock ${key}`),
  ];
}

/** Until it has ended, or until it has started. */
function isHeldBy([, mode]: LockTie, job: FlowJob, started: ReadonlySet<string>): boolean {
  return isOpen(job) && (mode === 'finished' || (mode === 'started' && !started.has(job.id)));
}

/** A deadline counts until its job has ended. The timer is never late. */
function wrongDeadlines(
  snapshot: Snapshot,
  jobs: ReadonlyMap<string, FlowJob>,
  { now }: Circumstances,
): string[] {
  const deadlines = mapAt(snapshot, 'deadlines');
  const wasRequeued = (job: FlowJob): boolean => job.lines.some((line) => line.startsWith('Q '));
  const first = Math.min(...[...deadlines.values()].map(Number).filter((at) => at > 0));
  const timer = Number(mapAt(snapshot, 'timers').get('deadline') ?? Infinity);
  return [
    ...[...jobs.values()]
      .filter(
        (job) =>
          job.ties.deadline !== undefined && isOpen(job) && !wasRequeued(job) && !deadlines.has(job.id),
      )
      .map(({ id }) => `nobody looks at the deadline of ${id}`),
    ...[...deadlines.keys()]
      .filter((id) => !isOpen(jobs.get(id) ?? ({ letter: '' } as FlowJob)))
      .map((id) => `${id} has ended, but for its deadline`),
    ...(Math.max(first, now) < timer && first < timer
      ? [`a deadline is at ${first}, its timer at ${timer}`]
      : []),
  ];
}
