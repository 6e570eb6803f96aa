/**
 * The state machine. This table is the law: one transition is one line here, one script in `lua/`, one method of
 * `JobStore`, one row of docs/state-machine.md. A transition exists here first.
 */

/** Where a job is in its life. */
export const JOB_STATES = [
  'scheduled',
  'enqueued',
  'awaiting',
  'processing',
  'succeeded',
  'failed',
  'cancelled',
] as const;

/** One of {@link JOB_STATES}. */
export type JobState = (typeof JOB_STATES)[number];

/** States that a job leaves only when a person requeues or deletes it, or retention removes it. */
export const ENDED_STATES: readonly JobState[] = ['succeeded', 'failed', 'cancelled'];

/** The letter of a state in a record's mark. `D` (done) is never written: see docs/protocol.md §3. */
export const STATE_LETTERS = {
  scheduled: 'S',
  enqueued: 'E',
  awaiting: 'A',
  processing: 'P',
  succeeded: 'D',
  failed: 'F',
  cancelled: 'C',
} as const satisfies Record<JobState, string>;

interface Transition {
  /** States it leaves; `none` is absence. */
  readonly from: readonly (JobState | 'none')[];
  /** States it may reach; `none` is absence. */
  readonly to: readonly (JobState | 'none' | 'quarantine')[];
  /** Who causes it. */
  readonly by: 'producer' | 'worker' | 'person' | 'janitor';
  /** In one sentence. */
  readonly does: string;
}

/** Every way a job changes its state. The script of a transition has its name. */
export const TRANSITIONS = {
  enqueue: { from: ['none'], to: ['enqueued'], by: 'producer', does: 'stores a job that may run now' },
  schedule: { from: ['none'], to: ['scheduled'], by: 'producer', does: 'stores a job that is due later' },
  admit: {
    from: ['none'],
    to: ['enqueued', 'scheduled', 'awaiting', 'cancelled'],
    by: 'producer',
    does: 'stores a job that is tied to others: by a lock, a limit, a deadline, tags, parents',
  },
  tick: {
    from: ['none'],
    to: ['enqueued', 'scheduled'],
    by: 'worker',
    does: 'enqueues the runs of recurring jobs whose ticks have come, once per tick',
  },
  gather: {
    from: ['none'],
    to: ['awaiting'],
    by: 'producer',
    does: 'stores a member of a batch that is not complete yet, where nobody sees it',
  },
  launch: {
    from: ['awaiting'],
    to: ['enqueued', 'scheduled'],
    by: 'producer',
    does: 'lets the members of a complete batch go',
  },
  promote: { from: ['scheduled'], to: ['enqueued'], by: 'worker', does: 'moves a due job to its queue' },
  claim: {
    from: ['enqueued'],
    to: ['processing'],
    by: 'worker',
    does: 'takes a waiting job; promotes due ones first',
  },
  succeed: {
    from: ['processing'],
    to: ['succeeded'],
    by: 'worker',
    does: 'ends a job whose handler returned',
  },
  retry: {
    from: ['processing'],
    to: ['scheduled'],
    by: 'worker',
    does: 'sends a job whose handler threw to its next attempt',
  },
  defer: {
    from: ['processing'],
    to: ['scheduled'],
    by: 'worker',
    does: 'sends a job that cannot run here to wait; uses no attempt',
  },
  suspend: {
    from: ['processing'],
    to: ['awaiting'],
    by: 'worker',
    does: 'stores the children that a handler asked for, and lets its job wait for them; uses no attempt',
  },
  fail: { from: ['processing'], to: ['failed'], by: 'worker', does: 'ends a job whose attempts are used up' },
  drop: {
    from: ['processing'],
    to: ['cancelled'],
    by: 'worker',
    does: 'ends a job that its handler, or its last attempt, cancels',
  },
  release: {
    from: ['processing'],
    to: ['enqueued'],
    by: 'worker',
    does: 'gives a job back to the front; uses no attempt',
  },
  reconcile: {
    from: ['processing'],
    to: ['enqueued'],
    by: 'worker',
    does: 'gives back what its worker does not hold',
  },
  rescue: {
    from: ['processing'],
    to: ['enqueued', 'failed'],
    by: 'worker',
    does: 'gives back what a dead worker held; ends poison',
  },
  quarantine: {
    from: ['processing'],
    to: ['quarantine'],
    by: 'worker',
    does: 'sets a damaged record aside, with its bytes',
  },
  expire: {
    from: ['scheduled', 'enqueued', 'awaiting'],
    to: ['cancelled', 'failed'],
    by: 'worker',
    does: 'ends a job that did not start before its deadline, as it says: cancelled or failed',
  },
  follow: {
    from: ['awaiting'],
    to: ['enqueued', 'scheduled', 'cancelled'],
    by: 'worker',
    does: 'lets the children of an ended job go on, or ends those that can never run',
  },
  cancel: {
    from: ['scheduled', 'enqueued', 'awaiting', 'processing'],
    to: ['cancelled'],
    by: 'person',
    does: 'ends a job that should not run; tells a running one',
  },
  requeue: {
    from: ['scheduled', 'succeeded', 'failed', 'cancelled'],
    to: ['enqueued'],
    by: 'person',
    does: 'runs a job again, or now; with all its attempts',
  },
  reschedule: {
    from: ['scheduled', 'enqueued'],
    to: ['scheduled'],
    by: 'person',
    does: 'makes a job that waits due at another time',
  },
  hasten: {
    from: ['scheduled'],
    to: ['enqueued'],
    by: 'person',
    does: 'runs a scheduled job now; its attempts so far count',
  },
  delete: {
    from: ['scheduled', 'enqueued', 'awaiting', 'processing', 'succeeded', 'failed', 'cancelled'],
    to: ['none'],
    by: 'person',
    does: 'removes a job; a processing one only by force',
  },
  purge: { from: ['enqueued'], to: ['none'], by: 'person', does: 'removes what waits in a queue' },
  discard: {
    from: ['awaiting', 'cancelled'],
    to: ['none'],
    by: 'janitor',
    does: 'removes the members of a batch that was never complete',
  },
  halt: {
    from: ['scheduled', 'enqueued', 'awaiting', 'processing'],
    to: ['cancelled'],
    by: 'person',
    does: 'ends what has not ended of a batch',
  },
  trim: {
    from: ['succeeded', 'failed', 'cancelled'],
    to: ['none'],
    by: 'janitor',
    does: 'removes what retention no longer keeps',
  },
} as const satisfies Record<string, Transition>;

/** The verb of a transition. */
export type TransitionVerb = keyof typeof TRANSITIONS;

/** Whether the table allows a transition from a state. */
export function allows(verb: TransitionVerb, from: JobState | 'none'): boolean {
  const states: readonly string[] = TRANSITIONS[verb].from;
  return states.includes(from);
}
