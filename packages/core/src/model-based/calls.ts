import type {
  ClaimCall,
  HeldClaim,
  JobOutcome,
  ProducerCall,
  Retention,
  SucceededClaim,
} from '../store/job-store.ts';
import type { OutcomeVerb } from './worker-model.ts';

interface OfProducer {
  readonly call: ProducerCall;
}

interface OfWorker {
  readonly worker: string;
}

interface OfPerson {
  readonly ids: readonly string[];
  readonly keep: number;
}

interface OfQueue {
  readonly queue: string;
}

type Outcomes = OfWorker & { readonly keep: number; readonly jobs: readonly JobOutcome[] };

/** Verb → what is said with it. `force` deletes also what runs. */
interface Arguments extends Readonly<Record<OutcomeVerb, Outcomes>> {
  readonly enqueue: OfProducer;
  readonly schedule: OfProducer;
  readonly claim: { readonly call: ClaimCall };
  readonly succeed: OfWorker & { readonly keep: number; readonly claims: readonly SucceededClaim[] };
  readonly progress: OfWorker & { readonly claim: string; readonly id: string };
  readonly reconcile: OfWorker & { readonly settled: string; readonly held: readonly HeldClaim[] };
  readonly register: OfWorker;
  readonly unregister: OfWorker;
  readonly renew: OfWorker & { readonly load: string };
  readonly rescue: OfWorker & { readonly most: number; readonly keep: number };
  readonly promote: OfWorker & { readonly most: number };
  readonly cancel: OfPerson;
  readonly requeue: OfPerson;
  readonly delete: OfPerson;
  readonly force: OfPerson;
  readonly purge: OfQueue & { readonly most: number };
  readonly pause: OfQueue;
  readonly resume: OfQueue;
  readonly watch: { readonly ids: readonly string[]; readonly forMs: number };
  readonly trim: { readonly retention: Retention };
}

export type Verb = keyof Arguments;

/** A call of one verb. */
export type CallOf<V extends Verb> = { readonly verb: V } & Arguments[V];

/** A call of a store with its exact arguments, so that it can be executed again, later, and out of order. */
export type Call = { readonly [V in Verb]: CallOf<V> }[Verb];

/** How many jobs a call of the stores looks at. */
export const PAGE = 500;
