import type { ParentCondition } from '@linstock/core';
import type { Sightings } from './events.ts';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** A job that waits for the ends of others. */
export interface Bond {
  readonly id: string;
  readonly parents: readonly string[];
  readonly on: ParentCondition;
}

const ASKED: Readonly<Record<ParentCondition, string>> = {
  succeeded: 'D',
  failed: 'F',
  cancelled: 'C',
  finished: 'DFC',
};

/** Jobs that ran although their parents had not ended as they ask, or before, or that did not run although they had. Pure. */
export function brokenBonds(
  sightings: Sightings,
  jobs: ReadonlyMap<string, StoredJob>,
  bonds: readonly Bond[],
): readonly string[] {
  return bonds.flatMap(({ id, parents, on }) => {
    const states = parents.map((parent) => stateOf(jobs, parent));
    const own = stateOf(jobs, id);
    const runs = sightings.runsOf.get(id) ?? [];
    const about = `${id} (${own}, on ${on}) of ${states.join('')}`;
    const asked = states.every((state) => ASKED[on].includes(state));
    if (!asked) return own === 'C' && runs.length === 0 ? [] : [`${about}: ran ${runs.length} times`];
    if (own !== 'D') return [`${about}: did not run to its end`];
    const startNs = runs.reduce(
      (first, run) => (run.startNs < first ? run.startNs : first),
      runs[0]?.startNs ?? 0n,
    );
    const early = parents.filter((parent) => (endOf(sightings, jobs.get(parent)) ?? 0n) > startNs);
    return early.map((parent) => `${about}: ran before ${parent} had ended`);
  });
}

/** Ids of children that running jobs have enqueued: they name their parent in their metadata. Pure. */
export function childrenOf(jobs: Iterable<StoredJob>): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const { id, header } of jobs) {
    const parent = /"metadata":\{"parent":"(\w+)"/.exec(header ?? '')?.[1];
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  return children;
}

/** Jobs that did not get just so many children, each once, or went on before all of these had ended. Pure. */
export function brokenShares(
  sightings: Sightings,
  jobs: ReadonlyMap<string, StoredJob>,
  { sharing, count }: { readonly sharing: readonly string[]; readonly count: number },
): readonly string[] {
  const all = childrenOf(jobs.values());
  return sharing.flatMap((id) => {
    const own = all.get(id) ?? [];
    if (stateOf(jobs, id) !== 'D' || own.length !== count)
      return [`${id} (${stateOf(jobs, id)}) has ${own.length} children`];
    const last = endOf(sightings, jobs.get(id)) ?? 0n;
    const late = own.filter((child) => (endOf(sightings, jobs.get(child)) ?? last) >= last);
    return late.map((child) => `${id} ended before its child ${child}`);
  });
}

function stateOf(jobs: ReadonlyMap<string, StoredJob>, id: string): string {
  const job = jobs.get(id);
  return job === undefined ? '-' : storedState(job);
}

/** When the run ended whose end was accepted; undefined: it ended without one. */
function endOf(sightings: Sightings, job: StoredJob | undefined): bigint | undefined {
  const line = job?.tail.findLast(({ code }) => code === 'S' || code === 'F');
  if (job === undefined || line === undefined) return undefined;
  return sightings.runsOf.get(job.id)?.find(({ fence }) => fence === `${line.worker}:${line.claim}`)?.endNs;
}
