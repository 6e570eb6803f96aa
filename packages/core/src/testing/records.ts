/** Records spelled out for tests, independent of the code that encodes them: docs/protocol.md §3. */

const NOBODY = '-'.repeat(24);

/** What a record says; left out: a new job `greet` in the first queue, normal priority, nobody runs it. */
export interface RecordText {
  readonly state: 'S' | 'E' | 'A' | 'P' | 'F' | 'C';
  readonly place?: string;
  readonly crashes?: number;
  readonly blamed?: number;
  /** Identity and claim number, 24 characters. */
  readonly owner?: string;
  /** The job's name, and what is said of it. */
  readonly header?: string;
  readonly payload?: string;
  /** Lines without their newlines. */
  readonly tail?: readonly string[];
}

/** The text of a record. */
export function recordText({
  state,
  place = '0002',
  crashes = 0,
  blamed = 0,
  owner = NOBODY,
  header = 'greet',
  payload = '{}',
  tail = [],
}: RecordText): string {
  return [`${state}${place}${crashes}${blamed}${owner}`, header, payload, ...tail].join('\n');
}

/** The text of a record that a producer sends. */
export function newRecord(parts: {
  readonly state: 'S' | 'E';
  readonly place: string;
  readonly header?: string;
  readonly payload: string;
}): string {
  return recordText(parts);
}
