import type { ScriptName } from '../redis/script.ts';
import { ProtocolError } from '../redis/script.ts';

/**
 * How far a call has brought a batch: call again, done, or there was nothing to do: there is none, its time is not up, or it has
 * ended.
 */
export type BatchStep = 'MORE' | 'DONE' | 'GONE' | 'KEPT' | 'ENDED';
const STEPS: ReadonlySet<unknown> = new Set<BatchStep>(['MORE', 'DONE', 'GONE', 'KEPT', 'ENDED']);

/** A reply of launch, discard and halt. */
export function batchStep(script: ScriptName, reply: unknown): BatchStep {
  if (!STEPS.has(reply)) throw new ProtocolError(script, reply);
  return reply as BatchStep;
}

/** What a shard's timers call for, of one batch. */
export type BatchChore = `${'draft' | 'launch' | 'halt' | 'forget'}:${string}`;
