import type { JobTies } from '../job/ties.ts';
import type { Admission, ProducerCall } from '../store/job-store.ts';
import { RATE_MS, RATES } from './flow-ties.ts';
import type { Snapshot } from './snapshot.ts';

/** A job as its producer and its workers remember it. */
export interface Known {
  readonly ties: JobTies;
  /** When it was stored, or replaced. */
  readonly acceptedAt: number;
  /** A job that was requeued has no deadline any more. */
  wasRequeued: boolean;
  /** Since it was stored or requeued. */
  hasStarted: boolean;
}

/** What the clients of a run remember of all its jobs, to compare it with what becomes of them. */
export class FlowMemory {
  readonly #known = new Map<string, Known>();
  readonly #removed = new Set<string>();
  readonly #replaced = new Set<string>();
  readonly #starts = new Map<string, number[]>();
  readonly #windows = new Map<string, string>();

  /** What a call stored. */
  admitted(call: ProducerCall, ties: ReadonlyMap<string, JobTies>, reply: Reply): void {
    const { now, words } = reply;
    const ids = call.groups.flatMap(({ jobs }) => jobs.filter((_, i) => i % 2 === 0));
    ids.forEach((id, i) => {
      const accepted = acceptedAs(id, words === 'OK' ? words : words[i]);
      if (accepted === undefined) return;
      if (accepted !== id) this.#replaced.add(accepted);
      const own = ties.get(id) ?? {};
      this.#known.set(accepted, { ties: own, acceptedAt: now, wasRequeued: false, hasStarted: false });
      for (const [key, mode] of own.locks ?? []) if (mode === 'window') this.#holdWindow(key, accepted);
    });
  }

  /** A window outlives the run, so it has one holder. */
  #holdWindow(key: string, id: string): void {
    const holder = this.#windows.get(key) ?? id;
    if (holder !== id) throw new Error(`${id} was stored although ${holder} has the window ${key}`);
    this.#windows.set(key, id);
  }

  claimed(id: string, now: number): void {
    const job = this.#known.get(id);
    if (job === undefined) throw new Error(`${id} was claimed and never stored`);
    job.hasStarted = true;
    const { deadline, rates = [] } = job.ties;
    if (deadline !== undefined && !job.wasRequeued && job.acceptedAt + deadline <= now)
      throw new Error(`${id} was claimed after its deadline`);
    for (const [key] of rates) this.#starts.set(key, [...(this.#starts.get(key) ?? []), now]);
  }

  requeued(id: string): void {
    const job = this.#known.get(id);
    if (job !== undefined) Object.assign(job, { wasRequeued: true, hasStarted: false });
  }

  removed(id: string): void {
    this.#removed.add(id);
  }

  wasReplaced(id: string): boolean {
    return this.#replaced.has(id);
  }

  /** Jobs that were claimed since they were stored or requeued. */
  started(): Set<string> {
    return new Set([...this.#known].filter(([, job]) => job.hasStarted).map(([id]) => id));
  }

  /** Every sentence names something that must not be. */
  findWrong(snapshot: Snapshot): string[] {
    const lost = [...this.#known.keys()].filter((id) => !snapshot.has(`job:${id}`) && !this.#removed.has(id));
    return [...lost.map((id) => `${id} is lost`), ...RATES.flatMap(([key]) => this.#tooManyStarts(key))];
  }

  /** Any two starts, and those between them, are as many as the rate allows. */
  #tooManyStarts(key: string): string[] {
    const starts = this.#starts.get(key) ?? [];
    return starts.flatMap((end, last) =>
      starts.slice(0, last + 1).flatMap((from, first) => {
        const count = last + 1 - first;
        const isTooMany = count > allowedWithin(key, end - from) + 1e-6;
        return isTooMany ? [`${count} jobs of ${key} started within ${end - from} ms`] : [];
      }),
    );
  }
}

interface Reply {
  readonly now: number;
  readonly words: 'OK' | readonly Admission[];
}

/** The id under which a job is stored; undefined: it is not. */
function acceptedAs(id: string, word: Admission | undefined): string | undefined {
  if (word === 'OK') return id;
  return typeof word === 'object' && 'replaced' in word && word.replaced ? word.id : undefined;
}

function allowedWithin(key: string, ms: number): number {
  const [, most, , burst] = RATES.find(([name]) => name === key) ?? RATES[0];
  if (burst !== 'w') return burst + (ms * most) / RATE_MS;
  return ms < RATE_MS ? most : Infinity;
}
