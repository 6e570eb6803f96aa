import type { JobState, TransitionVerb } from '../job/states.ts';
import { TRANSITIONS } from '../job/states.ts';
import type { ScriptArgument } from '../redis/script.ts';
import { lettersOf } from './outcomes.ts';

/** Who asks for a change, and why; both are kept. */
export interface Actor {
  readonly who: string;
  readonly why: string;
}

/** A change that a person asks for. */
export interface Change extends Actor {
  /** The job must be in one of these states. @default all that the verb allows */
  readonly expect?: readonly JobState[] | undefined;
}

/** A new place of jobs; what is left out stays. */
export interface NewPlace {
  readonly queue?: string | undefined;
  /** The digit of a priority. */
  readonly priority?: number | undefined;
}

/** What a job that waits gets instead of what it has. */
export interface NewContent {
  /** The header that the new one was made from: the script changes nothing when it is another one by now. */
  readonly was: string;
  readonly header: string;
  /** Line 2 of its record, or what has a key of its own; undefined: as it is. */
  readonly payload: { readonly text: string; readonly isLarge: boolean } | undefined;
}

/** States of a job that waits: what `move` and `update` may change. */
export const WAITING_STATES = ['scheduled', 'enqueued', 'awaiting'] as const satisfies readonly JobState[];

/** Verbs of a person for jobs by their ids. */
export type PersonVerb =
  | Extract<TransitionVerb, 'cancel' | 'requeue' | 'delete' | 'reschedule' | 'hasten'>
  | 'move'
  | 'update';

/** The states from which a person's verb may be used. A `processing` job is deleted only by force. */
export function statesFor(verb: PersonVerb, force = false): readonly JobState[] {
  if (verb === 'move' || verb === 'update') return WAITING_STATES;
  const from: readonly JobState[] = TRANSITIONS[verb].from;
  return verb === 'delete' && !force ? from.filter((state) => state !== 'processing') : from;
}

/** The arguments that all scripts of persons begin with. */
export function changeArguments(verb: PersonVerb, change: Change, force = false): ScriptArgument[] {
  const { who, expect } = change;
  const states = statesFor(verb, force).filter((state) => expect === undefined || expect.includes(state));
  return [who, reasonOf(change), lettersOf(states)];
}

/** Who and why, as it stands in tails and in the audit log. */
export function reasonOf({ who, why }: Actor): string {
  return JSON.stringify({ by: who, why });
}

/** The arguments of `update` after those. */
export function contentArguments({ was, header, payload }: NewContent): ScriptArgument[] {
  if (payload === undefined) return [was, header, 'keep', ''];
  return [was, header, payload.isLarge ? 'large' : 'inline', payload.text];
}
