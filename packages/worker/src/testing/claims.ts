import type { HeldClaim } from '../held-jobs.ts';
import { HeldJobs } from '../held-jobs.ts';

const NOBODY = '-'.repeat(24);

/** What a test says of a record; left out: a job that never met a dead worker. */
export interface RecordParts {
  readonly header?: string;
  readonly payload?: string;
  readonly crashes?: number;
  readonly blamed?: number;
  readonly tail?: readonly string[];
}

/** The text of a record. */
export function recordText(parts: RecordParts = {}): string {
  const { header = 'greet', payload = '{}', crashes = 0, blamed = 0, tail = [] } = parts;
  return [`E0002${crashes}${blamed}${NOBODY}`, header, payload, ...tail].join('\n');
}

/** An id with a number in it, as long as ids are. */
export function jobId(n: number): string {
  return String(n).padStart(26, '0');
}

let claims = 0;

/** A claim with one job per record; each has a number of its own. */
export function heldClaim(records: readonly string[], held = new HeldJobs(), shard = 0): HeldClaim {
  const number = ++claims;
  const reply = records.flatMap((record, i) => [jobId(number * 1000 + i), record]);
  return held.add({ shard, number, worker: 'AdaAdaAdaAda' }, reply);
}
