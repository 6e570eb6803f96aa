/** What children tell, and what can be read from it. */

/** A line of a child's file. */
export interface ChildEvent {
  readonly child: string;
  readonly kind: string;
  /** Monotonic, one clock for all processes. */
  readonly ns: bigint;
  readonly fields: readonly string[];
}

/** A run of a handler. */
export interface Run {
  readonly id: string;
  readonly fence: string;
  readonly attempt: number;
  readonly recoveries: number;
  readonly child: string;
  readonly startNs: bigint;
  /** `ok`, `error`, `aborted`; undefined: it was not seen to end. */
  end: string | undefined;
  endNs: bigint | undefined;
  abort: { readonly code: string; readonly ns: bigint } | undefined;
}

/** Decodes a file; a last line that a kill cut off is left out. */
export function parseEvents(child: string, text: string): ChildEvent[] {
  const lines = text.split('\n');
  lines.pop();
  return lines.map((line) => {
    const [kind = '', ns = '0', ...fields] = line.split(' ');
    return { child, kind, ns: BigInt(ns), fields };
  });
}

/** Everything that all children of a test saw. */
export class Sightings {
  readonly events: readonly ChildEvent[];
  /** Ids whose storing was confirmed. */
  readonly acknowledged = new Set<string>();
  /** Ids of calls without an answer: each is stored or not. */
  readonly uncertain = new Set<string>();
  readonly runs: readonly Run[];
  readonly runsOf = new Map<string, Run[]>();

  constructor(events: readonly ChildEvent[]) {
    this.events = events.toSorted((a, b) => (a.ns < b.ns ? -1 : 1));
    for (const { kind, fields } of events) {
      if (kind === 'ack') this.acknowledged.add(fields[0] ?? '');
      if (kind === 'uncertain') this.uncertain.add(fields[0] ?? '');
    }
    this.runs = this.#readRuns();
    for (const run of this.runs) this.runsOf.set(run.id, [...(this.runsOf.get(run.id) ?? []), run]);
  }

  of(kind: string): ChildEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  #readRuns(): Run[] {
    const runs = new Map<string, Run>();
    for (const { child, kind, ns, fields } of this.events) {
      const [id = '', fence = '', third = '', fourth = ''] = fields;
      const key = `${id} ${fence}`;
      const run = runs.get(key);
      if (kind === 'start') {
        if (run !== undefined)
          throw new Error(`one claim of ${id} started twice (${fence}): ${run.child}, ${child}`);
        const about = { id, fence, attempt: Number(third), recoveries: Number(fourth), child, startNs: ns };
        runs.set(key, { ...about, end: undefined, endNs: undefined, abort: undefined });
      } else if (kind === 'end' && run !== undefined) [run.end, run.endNs] = [third, ns];
      else if (kind === 'abort' && run !== undefined) run.abort = { code: third, ns };
    }
    return [...runs.values()];
  }
}

/** Nanoseconds between two instants, in ms. */
export function msBetween(from: bigint, to: bigint): number {
  return Number(to - from) / 1e6;
}
