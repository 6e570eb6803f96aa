import type { Call } from './calls.ts';

/** What runs so far amount to. */
export interface Tally {
  runs: number;
  commands: number;
  calls: number;
  /** `<verb> <word of its answer>` → how often. */
  readonly answers: Map<string, number>;
}

export const newTally = (): Tally => ({ runs: 0, commands: 0, calls: 0, answers: new Map() });

/** The words of an answer: one, or one per job; for lack of words, whether there was anything. */
export function wordsOf(reply: unknown): string[] {
  if (typeof reply === 'string') return [reply];
  if (Array.isArray(reply)) return reply.map(String);
  if (typeof reply !== 'object' || reply === null) return [];
  return Object.entries(reply).map(([name, value]) => {
    if (name === 'status') return String(value);
    const isSome = Array.isArray(value) ? value.length > 0 : Boolean(value);
    return isSome ? `some ${name}` : `no ${name}`;
  });
}

interface JobAnswer {
  /** The worker and the number of the claim in which the job was held. */
  readonly claim: string;
  readonly id: string;
  readonly answer: unknown;
}

/** What a call with outcomes was answered, job by job. */
export function outcomesOf(call: Call, reply: unknown): JobAnswer[] {
  return jobsOf(call).map(({ worker, claim, id }, i) => ({
    id,
    claim: `${worker} ${claim}`,
    answer: Array.isArray(reply) ? (reply[i] as unknown) : reply,
  }));
}

function jobsOf(call: Call): { worker: string; claim: string; id: string }[] {
  if ('jobs' in call) return call.jobs.map(({ claim, id }) => ({ worker: call.worker, claim, id }));
  if (!('claims' in call)) return [];
  return call.claims.flatMap(({ claim, ids }) => ids.map((id) => ({ worker: call.worker, claim, id })));
}
