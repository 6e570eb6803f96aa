import { wallMinusEventsNs } from './clocks.ts';
import type { Run, Sightings } from './events.ts';
import type { StoredJob } from './store-snapshot.ts';

/** A key and how many of its jobs may run at one time. */
export type KeyLimit = readonly [key: string, most: number];

/** A rate as its job asked for it. */
export interface KeyRate {
  readonly key: string;
  readonly perSecond: number;
  readonly burst: number;
}

/** By how much the clock of Redis, in whole ms, may lie behind the one of events. */
const CLOCK_SLACK_NS = 3_000_000n;

/** Which runs held a place of a key beyond its limit; `full`: how many keys had all their places taken at some time. Pure. */
export function overLimits(
  sightings: Sightings,
  jobs: ReadonlyMap<string, StoredJob>,
  limitsOf: ReadonlyMap<string, readonly KeyLimit[]>,
): { readonly problems: readonly string[]; readonly full: number } {
  const places = new Map<string, { most: number; runs: { run: Run; endNs: bigint }[] }>();
  for (const run of sightings.runs) {
    for (const [key, most] of limitsOf.get(run.id) ?? []) {
      const endNs = heldUntil(run, jobs.get(run.id));
      const place = places.get(key) ?? { most, runs: [] };
      // One whose worker was stopped before it began may have lost its places before it began.
      if (endNs > run.startNs) place.runs.push({ run, endNs });
      places.set(key, place);
    }
  }
  const problems: string[] = [];
  let full = 0;
  for (const [key, { most, runs }] of places) {
    const { peak, at } = peakOf(runs);
    if (peak === most) full++;
    if (peak > most)
      problems.push(`${key}: ${peak} runs at one time, allowed are ${most}: ${at.join(' | ')}`);
  }
  return { problems, full };
}

/**
 * Until when a run held its places for certain: to its end, or until it was told that its lease is lost, or until its job was
 * taken back from its worker, whether that was killed or stopped.
 */
function heldUntil(run: Run, job: StoredJob | undefined): bigint {
  const rescue = job?.tail.find(
    ({ code, worker, claim }) => code === 'W' && `${worker}:${claim}` === run.fence,
  );
  const instants = [
    run.endNs,
    run.abort?.ns,
    rescue?.endedAt === undefined ? undefined : toNs(rescue.endedAt),
  ];
  const known = instants.filter((instant) => instant !== undefined);
  // Neither an end nor a rescue: the worker died when it had told Redis that it is done, and not yet the file.
  return known.reduce((first, instant) => (instant < first ? instant : first), known[0] ?? run.startNs);
}

const OFFSET_NS = wallMinusEventsNs();

function toNs(wallMs: number): bigint {
  return BigInt(wallMs) * 1_000_000n - OFFSET_NS - CLOCK_SLACK_NS;
}

function peakOf(runs: readonly { run: Run; endNs: bigint }[]): { peak: number; at: readonly string[] } {
  const steps = runs.flatMap(({ run, endNs }) => [
    { ns: run.startNs, by: 1, run },
    { ns: endNs, by: -1, run },
  ]);
  // At one instant who ends comes first.
  steps.sort((a, b) => Number(a.ns - b.ns) || a.by - b.by);
  const now = new Set<Run>();
  let most: readonly Run[] = [];
  for (const { by, run } of steps) {
    if (by > 0) now.add(run);
    else now.delete(run);
    if (now.size > most.length) most = [...now];
  }
  return { peak: most.length, at: most.map(({ id, fence, child }) => `${id} ${fence} ${child}`) };
}

/** Rates by which more had started, at some time since `fromNs`, than their burst and the time since then allow. Pure. */
export function overRates(
  sightings: Sightings,
  ratesOf: ReadonlyMap<string, KeyRate>,
  fromNs: bigint,
): readonly string[] {
  const starts = new Map<string, { rate: KeyRate; count: number; problem?: string }>();
  for (const run of sightings.runs.toSorted((a, b) => (a.startNs < b.startNs ? -1 : 1))) {
    const rate = ratesOf.get(run.id);
    if (rate === undefined) continue;
    const seen = starts.get(rate.key) ?? { rate, count: 0 };
    seen.count++;
    const seconds = Number(run.startNs - fromNs) / 1e9;
    const most = Math.floor(rate.burst + rate.perSecond * seconds) + 1;
    if (seen.count > most)
      seen.problem ??= `${rate.key}: ${seen.count} starts in ${seconds} s, allowed are ${most}`;
    starts.set(rate.key, seen);
  }
  return [...starts.values()].flatMap(({ problem }) => problem ?? []);
}
