/** What clients send. A call is data, so that the network can keep it and deliver it late. */

export type OutcomeKind = 'succeed' | 'retry' | 'fail' | 'release';

export interface ClaimCall {
  readonly kind: 'claim';
  readonly worker: string;
  readonly no: number;
  readonly most: number;
  readonly queues: readonly string[];
  readonly maySuspect: boolean;
  /** The worker holds nothing: it may get a suspect that has to run alone. */
  readonly isEmpty: boolean;
  /** Which claim of the process this is. Only the auditor looks at it: it outlives identities and numbers. */
  readonly token: string;
}

export interface OutcomeCall {
  readonly kind: OutcomeKind;
  readonly worker: string;
  readonly no: number;
  readonly ids: readonly string[];
  /** What the worker still holds of this claim. Only a mutant reads it. */
  readonly remaining: readonly string[];
  readonly token: string;
}

export interface ReconcileCall {
  readonly kind: 'reconcile';
  readonly worker: string;
  readonly upTo: number;
  /** `claim:id`. */
  readonly held: readonly string[];
}

export interface UnregisterCall {
  readonly kind: 'unregister';
  readonly worker: string;
}

export interface EnqueueCall {
  readonly kind: 'enqueue';
  readonly lane: string;
  readonly no: number;
  readonly id: string;
  readonly queue: string;
}

export type Call = ClaimCall | OutcomeCall | ReconcileCall | UnregisterCall | EnqueueCall;

export type OutcomeAnswer = 'OK' | 'ALREADY' | 'LOST';

export type Answer =
  | { readonly word: string }
  /** `suspects` are those of `taken` that must not share a process with another suspect; `alone` is set for a last chance. */
  | { readonly taken: readonly string[]; readonly suspects: readonly string[]; readonly alone: boolean }
  | { readonly outcomes: Readonly<Record<string, OutcomeAnswer>> }
  | { readonly gone: readonly string[] };

export const isOutcome = (call: Call): call is OutcomeCall => 'ids' in call;
