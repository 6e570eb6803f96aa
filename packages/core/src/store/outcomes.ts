import type { JobState } from '../job/states.ts';
import { JOB_STATES, STATE_LETTERS } from '../job/states.ts';
import type { ScriptName } from '../redis/script.ts';
import { ProtocolError } from '../redis/script.ts';

/**
 * What became of one job of a worker's call: `OK` accepted; `ALREADY` accepted before (the call was sent twice);
 * `LOST` refused, the claim is not the worker's any more; `GONE` there is no such record any more.
 */
export type Outcome = 'OK' | 'ALREADY' | 'LOST' | 'GONE';

/**
 * What became of one job of a person's call: done, in another state than expected, gone, damaged, or refused because another
 * job holds the lock that this one needs.
 */
export type PersonOutcome = 'OK' | 'GONE' | 'DAMAGED' | 'LOCKED' | JobState;

const OUTCOMES: ReadonlySet<unknown> = new Set(['OK', 'ALREADY', 'LOST', 'GONE']);
const WORDS: ReadonlySet<unknown> = new Set(['OK', 'GONE', 'DAMAGED', 'LOCKED']);
const STATES = new Map<unknown, JobState>(JOB_STATES.map((state) => [STATE_LETTERS[state], state]));

/** A reply of one word. */
export function decodeOutcome(script: ScriptName, reply: unknown): Outcome {
  if (!OUTCOMES.has(reply)) throw new ProtocolError(script, reply);
  return reply as Outcome;
}

/** A reply of one word per job. */
export function decodeOutcomes(script: ScriptName, reply: unknown): Outcome[] {
  if (!Array.isArray(reply) || !reply.every((word) => OUTCOMES.has(word)))
    throw new ProtocolError(script, reply);
  return reply as Outcome[];
}

/** A reply of one word, or one state's letter, per job. */
export function decodePersonOutcomes(script: ScriptName, reply: unknown): PersonOutcome[] {
  if (!Array.isArray(reply)) throw new ProtocolError(script, reply);
  return reply.map((word: unknown) => {
    const outcome = WORDS.has(word) ? (word as PersonOutcome) : STATES.get(word);
    if (outcome === undefined) throw new ProtocolError(script, reply);
    return outcome;
  });
}

/** Letters of states, for a script. */
export function lettersOf(states: readonly JobState[]): string {
  return states.map((state) => STATE_LETTERS[state]).join('');
}
