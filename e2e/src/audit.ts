import type { Run, Sightings } from './events.ts';
import type { ShardSnapshot, StoredJob, TailEntry } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** What an audit may take for granted about a test. */
export interface AuditLimits {
  /** Most starts beyond those that retries and releases explain: kills times what a process can hold. @default 0 */
  readonly mostExtraStarts?: number;
  /** Ids that may be unknown to producers: the test enqueued them itself. */
  readonly alsoKnown?: readonly string[];
  /** Ids that were deleted or set aside by the test. */
  readonly gone?: readonly string[];
  /** Jobs that retention may have removed. @default 0 */
  readonly mostTrimmed?: number;
}

/** What an audit found. `problems` is empty when all promises were kept. */
export interface AuditReport {
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

interface Scene {
  readonly sightings: Sightings;
  readonly shards: readonly ShardSnapshot[];
  readonly limits: AuditLimits;
  readonly jobs: ReadonlyMap<string, StoredJob>;
}

/** Compares what children saw with what Redis holds, after everything healed and drained. Pure. */
export function audit(
  sightings: Sightings,
  shards: readonly ShardSnapshot[],
  limits: AuditLimits,
): AuditReport {
  const jobs = new Map(shards.flatMap((shard) => [...shard.jobs]));
  const scene: Scene = { sightings, shards, limits, jobs };
  const known = new Set([...sightings.acknowledged, ...(limits.alsoKnown ?? [])]);
  const starts = extraStarts(scene);
  const problems = [
    ...lost(scene, known),
    ...unexpected(scene, known),
    ...[...jobs.values()].flatMap((job) => outcomeProblems(job, sightings)),
    ...starts.problems,
    ...shards.flatMap(sizeProblems),
    ...shards.flatMap((shard) => leakProblems(shard)),
    ...sightings.of('unhandled').map(({ child, fields }) => `${child}: nobody caught ${fields.join(' ')}`),
    ...faults(sightings),
  ];
  return { problems, counts: { ...countsOf(scene), extraStarts: starts.extra } };
}

function lost({ jobs, sightings, limits }: Scene, known: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  let trimmed = 0;
  for (const id of known) {
    const job = jobs.get(id);
    const runs = sightings.runsOf.get(id) ?? [];
    if (limits.gone?.includes(id) === true) continue;
    if (job === undefined) {
      if (runs.some(({ end }) => end === 'ok')) trimmed++;
      else problems.push(`lost: ${id} was acknowledged, never ran to its end, and is not there`);
    } else if (!'DFC'.includes(storedState(job)))
      problems.push(`not ended: ${id} is ${storedState(job)} (${job.mark})`);
    else if (runs.length === 0 && storedState(job) === 'D')
      problems.push(`${id} succeeded and no run of it was seen`);
  }
  if (trimmed > (limits.mostTrimmed ?? 0))
    problems.push(`lost after their run: ${trimmed} records are not there`);
  return problems;
}

function unexpected({ jobs, sightings }: Scene, known: ReadonlySet<string>): string[] {
  const isKnown = (id: string): boolean => known.has(id) || sightings.uncertain.has(id);
  const strangers = [...jobs.keys(), ...sightings.runsOf.keys()].filter((id) => !isKnown(id));
  return [...new Set(strangers)].map((id) => `unexpected: nobody enqueued ${id}`);
}

/** One accepted outcome, by a run that was seen, with that run's own result. */
function outcomeProblems(job: StoredJob, sightings: Sightings): string[] {
  const ends = job.tail.filter(({ code }) => code === 'S' || code === 'F');
  const requeues = job.tail.filter(({ code }) => code === 'Q').length;
  const problems: string[] = [];
  if (ends.length > 1 + requeues)
    problems.push(`${job.id} has ${ends.length} accepted outcomes: ${ends.map(lineText).join(' | ')}`);
  const claims = job.tail.filter(({ worker }) => worker !== '-').map(({ worker, claim }) => worker + claim);
  if (new Set(claims).size < claims.length)
    problems.push(`${job.id}: a claim has two outcomes: ${job.tail.map(lineText).join(' | ')}`);
  for (const line of ends) if (line.code === 'S') problems.push(...successProblems(job.id, line, sightings));
  return problems;
}

function successProblems(id: string, line: TailEntry, sightings: Sightings): string[] {
  const fence = `${line.worker}:${line.claim}`;
  const run = sightings.runsOf.get(id)?.find((candidate) => candidate.fence === fence);
  if (run === undefined) return [`${id}: the run that succeeded (${fence}) was not seen`];
  const isOwn = line.json.startsWith(`{"fence":"${fence}"`);
  const problems =
    run.end === 'ok' ? [] : [`${id}: accepted as succeeded, its run ended "${run.end ?? 'never'}"`];
  return isOwn
    ? problems
    : [...problems, `${id}: the result is of another run than ${fence}: ${line.json.slice(0, 60)}`];
}

function lineText({ code, worker, claim }: TailEntry): string {
  return `${code} ${worker}:${claim}`;
}

function extraStarts({ jobs, sightings, limits }: Scene): { extra: number; problems: string[] } {
  const problems: string[] = [];
  let extra = 0;
  for (const [id, runs] of sightings.runsOf) {
    const job = jobs.get(id);
    if (job === undefined) continue;
    const lines = (codes: string): number => job.tail.filter(({ code }) => codes.includes(code)).length;
    const waits = job.tail.filter(({ json }) => WISHES.test(json)).length;
    const explained = 1 + lines('RQ') + waits;
    const most = explained + lines('WL');
    // A claim that ended while nobody listened (a wedged Redis) is given back without a line.
    if (runs.length > most && !hasSilentEnd(runs))
      problems.push(
        `${id} started ${runs.length} times, explained are ${most}: ${job.tail.map(lineText).join(' | ')}`,
      );
    extra += Math.max(0, runs.length - explained);
  }
  if (extra > (limits.mostExtraStarts ?? 0))
    problems.push(`${extra} starts were repeated, allowed are ${limits.mostExtraStarts ?? 0}`);
  return { extra, problems };
}

/** Reasons of a run that a handler ended because it wants another one later. */
const WISHES = /^\{"reason":"(?:AWAITS_CHILDREN|SNOOZED)"/;

function hasSilentEnd(runs: readonly Run[]): boolean {
  return runs.some(({ abort }) => abort?.code === 'LEASE_LOST');
}

function sizeProblems({
  prefix,
  jobs,
  stats,
  stale,
  succeeded,
  failed,
  cancelled,
  scheduled,
  ready,
}: ShardSnapshot): string[] {
  const states = [...jobs.values()].map(storedState);
  const count = (state: string): number => states.filter((one) => one === state).length;
  const stored = (stats['enqueued'] ?? 0) + (stats['scheduled'] ?? 0);
  const pairs: [string, number, number][] = [
    ['succeeded', succeeded.length - (stale['succeeded'] ?? 0), count('D')],
    ['failed', failed.length, count('F')],
    ['cancelled', cancelled.length, count('C')],
    ['scheduled', scheduled.length, count('S')],
    ['enqueued', ready.length - sum(stale, 'succeeded'), count('E')],
    [
      'accepted successes',
      stats['succeeded'] ?? 0,
      (stats['requeued'] ?? 0) > 0 ? (stats['succeeded'] ?? 0) : stored - states.length + count('D'),
    ],
  ];
  // What retention, a person or the quarantine removed is not known here.
  const checked = stored === states.length ? pairs : pairs.slice(0, -1);
  return checked
    .filter(([, size, wanted]) => size !== wanted)
    .map(([what, size, wanted]) => `${prefix}: ${what} counts ${size}, records say ${wanted}`);
}

function sum(hash: Readonly<Record<string, number>>, but: string): number {
  return Object.entries(hash).reduce((total, [field, n]) => (field === but ? total : total + n), 0);
}

const KNOWN_KEY =
  /^(job|payload|progress|log|inputs|quarantine|producer|ready|suspects|idle|processing|rate|freed|recurring|history|batch|members|operation|tally|told|order|alert|alarm):|^(queues|stale|scheduled|leases|sweep|succeeded|failed|cancelled|requeued|watched|timekeeper|timers|settings|ticks|grouped|paused|stats|counted|taken|quotas|steward|workers|loads|contracts|schemas|audit|quarantine|meta|extras|batches|operations|alerts|alarms|undelivered|lookout)$/;

function leakProblems(shard: ShardSnapshot): string[] {
  const { prefix, keys, jobs, leases, openIds, openClaims, idle } = shard;
  const kinds = ['payload', 'progress', 'log', 'inputs'];
  const problems = keys.filter((key) => !KNOWN_KEY.test(key)).map((key) => `${prefix}: left over: ${key}`);
  if (openIds.length > 0) problems.push(`${prefix}: still open in claims: ${openIds.join(', ')}`);
  if (openClaims.length > 0)
    problems.push(`${prefix}: fields of claims without open jobs: ${openClaims.join(', ')}`);
  for (const key of keys) {
    const [kind = '', name = ''] = key.split(':');
    if (kind === 'processing' && !leases.includes(name))
      problems.push(`${prefix}: ${key} belongs to no worker`);
    if (kinds.includes(kind) && name !== '' && !jobs.has(name))
      problems.push(`${prefix}: ${key} belongs to no job`);
  }
  const dead = idle.filter((worker) => !leases.includes(worker));
  if (dead.length > IDLE_DEAD_MOST) problems.push(`${prefix}: ${dead.length} dead workers stand in idle:`);
  return problems;
}

/** Entries of dead workers go when somebody is woken, or registers: a few may stand at any time. */
const IDLE_DEAD_MOST = 10;

/** Troubles that are no weather: a script failed, or versions do not fit. */
function faults(sightings: Sightings): string[] {
  const found = sightings
    .of('trouble')
    .filter(
      ({ fields: [code = '', message = ''] }) =>
        code === 'REDIS_FAULT' || message.includes('this_version_does_not_know'),
    );
  return [...new Set(found.map(({ child, fields }) => `${child}: ${fields.join(' ').slice(0, 300)}`))];
}

function countsOf({ jobs, sightings, shards }: Scene): Record<string, number> {
  const states = [...jobs.values()].map(storedState);
  const total = (field: string): number => shards.reduce((all, { stats }) => all + (stats[field] ?? 0), 0);
  return {
    acknowledged: sightings.acknowledged.size,
    uncertain: sightings.uncertain.size,
    refused: sightings.of('refused').length,
    starts: sightings.runs.length,
    succeeded: states.filter((state) => state === 'D').length,
    failed: states.filter((state) => state === 'F').length,
    rescued: total('rescued'),
    released: total('released'),
    retried: total('retried'),
    lateRefused: sightings.of('lost').length,
  };
}
