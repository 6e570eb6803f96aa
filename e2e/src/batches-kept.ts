import type { BatchView } from '@linstock/core';
import type { Sightings } from './events.ts';
import type { StoredJob } from './store-snapshot.ts';
import { storedState } from './store-snapshot.ts';

/** What an installation holds once everything has ended. */
export interface BatchScene {
  readonly batches: readonly BatchView[];
  readonly jobs: ReadonlyMap<string, StoredJob>;
  readonly sightings: Sightings;
  /** All keys, without their prefixes. */
  readonly keys: readonly string[];
}

/**
 * What is wrong with batches that were made, cancelled and run while processes died: a batch is there whole or not at all, ends by
 * what became of its members, and its callbacks run once, after them. Pure.
 */
export function brokenBatches({ batches, jobs, sightings, keys }: BatchScene): readonly string[] {
  const views = new Map(batches.map((batch) => [batch.id, batch]));
  const members = jobsBy(jobs, /"batch":"([^"]+)"/);
  const callbacks = jobsBy(jobs, /"parents":\[\["([^"]+)","[DFC]+"\]\]/);
  const orphans = [...members.keys(), ...callbacks.keys()].filter((id) => !views.has(id));
  const left = keys.filter((key) => /^(batch|members):/.test(key) && !views.has(key.split(':')[1] ?? ''));
  return [
    ...left.map((key) => `${key} belongs to no batch`),
    ...orphans.map((id) => `there are jobs of batch ${id}, and no such batch`),
    ...batches.flatMap((batch) => {
      const own = { members: members.get(batch.id) ?? [], callbacks: callbacks.get(batch.id) ?? [] };
      return [
        ...wrongEnd(batch, own.members, batches),
        ...wrongCallbacks(batch, own.callbacks, sightings),
        ...earlyCallbacks(batch, own, sightings),
      ];
    }),
  ];
}

function jobsBy(jobs: ReadonlyMap<string, StoredJob>, pattern: RegExp): Map<string, StoredJob[]> {
  const found = new Map<string, StoredJob[]>();
  for (const job of jobs.values()) {
    const [, id] = pattern.exec(job.header ?? '') ?? [];
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), job]);
  }
  return found;
}

function wrongEnd(
  batch: BatchView,
  members: readonly StoredJob[],
  batches: readonly BatchView[],
): readonly string[] {
  const inner = batches.filter(({ outer }) => outer === batch.id);
  const states = [
    ...members.map(storedState),
    ...inner.map(({ state }) => ({ succeeded: 'D', failed: 'F', cancelled: 'C', running: '?' })[state]),
  ];
  const count = (letter: string): number => states.filter((state) => state === letter).length;
  const seen = `${count('D')} D, ${count('F')} F, ${count('C')} C of ${states.length}`;
  const told = `${batch.succeeded} D, ${batch.failed} F, ${batch.cancelled} C of ${batch.total}`;
  const byMembers = count('D') === states.length ? 'succeeded' : 'failed';
  const asked = batch.cancelledBy === undefined ? byMembers : 'cancelled';
  return [
    ...(batch.pending === 0 ? [] : [`${batch.pending} members of ${batch.id} are pending`]),
    ...(seen === told ? [] : [`${batch.id} counts ${told}, there are ${seen}`]),
    ...(batch.state === asked ? [] : [`${batch.id} is ${batch.state}, and should be ${asked}`]),
  ];
}

/** One for its success and one for its end, but for batches within. */
function wrongCallbacks(
  batch: BatchView,
  callbacks: readonly StoredJob[],
  sightings: Sightings,
): readonly string[] {
  if (batch.outer !== undefined) return [];
  const ends = callbacks.map((job) => ({
    on: job.header?.includes('"DFC"') === true ? 'finished' : 'succeeded',
    state: storedState(job),
    hasRun: (sightings.runsOf.get(job.id)?.length ?? 0) > 0,
  }));
  const found = ends.map(({ on, state, hasRun }) => `${on} ${state}${hasRun ? ' ran' : ''}`).toSorted();
  const wanted = ['finished D ran', batch.state === 'succeeded' ? 'succeeded D ran' : 'succeeded C'];
  return found.join() === wanted.join()
    ? []
    : [`callbacks of ${batch.id} (${batch.state}): ${found.join(', ')}; wanted: ${wanted.join(', ')}`];
}

function earlyCallbacks(
  { id: batch }: BatchView,
  { callbacks, members }: Record<'callbacks' | 'members', readonly StoredJob[]>,
  sightings: Sightings,
): readonly string[] {
  const starts = callbacks.flatMap(({ id }) => sightings.runsOf.get(id) ?? []).map(({ startNs }) => startNs);
  const ends = members.flatMap((job) => acceptedEnd(job, sightings) ?? []);
  const first = starts.reduce((least, at) => (at < least ? at : least), starts[0] ?? 0n);
  const last = ends.reduce((most, at) => (at > most ? at : most), 0n);
  return starts.length > 0 && first < last
    ? [`a callback of ${batch} ran before the last of its members had ended`]
    : [];
}

function acceptedEnd(job: StoredJob, sightings: Sightings): bigint | undefined {
  const line = job.tail.findLast(({ code }) => code === 'S');
  if (line === undefined) return undefined;
  return sightings.runsOf.get(job.id)?.find(({ fence }) => fence === `${line.worker}:${line.claim}`)?.endNs;
}
