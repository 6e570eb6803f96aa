/** The payload of every job of every peer. */
export interface JobInput {
  /** The job's number in its run, by which executions are counted. */
  readonly n: number;
  readonly to: string;
}

/** The size of a payload as JSON. */
const PAYLOAD_BYTES = 100;

const ADDRESS = 'person@example.com';

function createInput(n: number): JobInput {
  const missing = PAYLOAD_BYTES - JSON.stringify({ n, to: ADDRESS }).length;
  return { n, to: 'x'.repeat(missing) + ADDRESS };
}

/** Payloads for the jobs numbered `from` to `from + count - 1`. */
export function createInputs(from: number, count: number): JobInput[] {
  return Array.from({ length: count }, (_, index) => createInput(from + index));
}
