/** What a check of the key space can find. A kind never changes its name: programs tell findings by it. */

/** What a kind of finding means, and what a person can do about it. */
interface KindText {
  readonly meaning: string;
  readonly advice: string;
}

/** Every kind of finding. */
export const FINDING_KINDS = {
  'job-not-indexed': {
    meaning: 'no index names the job that has this state: nothing will run, show or remove it',
    advice:
      'see it by "linstock job get <id>"; to run it again, "linstock job cancel <id>" unless it has ended, then "linstock job requeue <id>"; else "linstock job delete <id>"',
  },
  'record-damaged': {
    meaning: 'the record of a job cannot be read',
    advice: 'something else wrote to this key; it is set aside when a worker meets it: enqueue the job anew',
  },
  'queue-code-unknown': {
    meaning: 'a record names a queue by a code that the dictionary "queues" does not have',
    advice:
      'the dictionary was lost or changed: stop all workers, and restore the key "queues" from a backup before they set records aside',
  },
  'queue-code-mismatch': {
    meaning: 'the dictionary of queues does not lead from a name to its code and back',
    advice: 'stop all workers, and restore the key "queues" from a backup',
  },
  'payload-missing': {
    meaning: 'the input of a job was too long for its record, and its own key is not there',
    advice: 'its next run will fail: enqueue the job anew, and delete it by "linstock job delete <id>"',
  },
  'entry-without-job': {
    meaning: 'an index names a job that does not exist',
    advice: 'somebody deleted its record by hand: when it still matters, enqueue the job anew',
  },
  'entry-of-other-state': {
    meaning: 'an index names a job that is in another state',
    advice: 'see the job by "linstock job get <id>": what runs next sorts it, counts may be wrong until then',
  },
  'open-without-job': {
    meaning: 'a claim has a job open whose record does not say so',
    advice: 'it goes when its worker reconciles or ends; stop that worker when it stays',
  },
  'claim-without-worker': {
    meaning: 'claims of a worker that neither lives nor is being rescued: their jobs are never taken back',
    advice:
      'no worker will take them back by itself: cancel each of their jobs by "linstock job cancel <id>", then requeue it',
  },
  'claim-not-listed': {
    meaning:
      "a claim's jobs are open, and its worker's hash does not name the claim: a rescue would not find it",
    advice: 'cancel each of its jobs by "linstock job cancel <id>", then requeue it',
  },
  'claim-without-jobs': {
    meaning: "a worker's hash names a claim that has no open job: the worker cannot sign off",
    advice: 'stop that worker: its rescue removes the claim',
  },
  'place-without-right': {
    meaning: 'a job that runs no more has a place of a limit',
    advice: '--repair takes it back, as "linstock limit release <key> <id>" does',
  },
  'unique-key-of-ended-job': {
    meaning: 'a unique key is held by a job that has ended or is gone',
    advice: '--repair frees it; whoever asks for it takes it, too',
  },
  'batch-miscounted': {
    meaning: 'the counts of a batch do not fit its members: it may never end, or has ended too early',
    advice: 'end it by "linstock batch cancel <id>", and make it anew',
  },
  'batch-without-members': {
    meaning: 'the list of the members of a batch does not fit what was added',
    advice: 'end it by "linstock batch cancel <id>", and make it anew',
  },
  'awaits-nothing': {
    meaning: 'a job waits for others, and none is left that could let it go on',
    advice: 'let it go by hand: enqueue it anew, and cancel this one by "linstock job cancel <id>"',
  },
  'recurring-not-timed': {
    meaning: 'a recurring job has no next tick, not even "none": it never runs again',
    advice: 'define it again with another schedule, then with its own; or remove it',
  },
  'tick-without-recurring': {
    meaning: 'a next tick belongs to no recurring job',
    advice: 'define the recurring job again, or remove it by "linstock recurring remove <id>"',
  },
  'timer-without-subject': {
    meaning: 'a timer belongs to a batch or an operation that is gone',
    advice: 'a worker drops it when it is due: start one',
  },
  'left-over': {
    meaning: 'a key belongs to something that is gone',
    advice: 'it only takes memory: delete it by "redis-cli UNLINK <key>"',
  },
  'wrong-type': {
    meaning: 'a key has another type than this version writes',
    advice:
      'something else wrote to it: look at it, and delete or restore it; calls that need it fail until then',
  },
  'never-expires': {
    meaning: 'a key that is written with a time to live has none',
    advice: 'it only takes memory, or blocks what it stands for: delete it by "redis-cli UNLINK <key>"',
  },
  'unknown-key': {
    meaning: 'no part of this version knows the key',
    advice: 'a newer version may have written it, or something else: look at it before you delete it',
  },
  quarantined: {
    meaning: 'a damaged record was set aside with its bytes',
    advice:
      'something else wrote to this key: look at the bytes, enqueue the job anew, then delete both entries',
  },
} as const satisfies Readonly<Record<string, KindText>>;

/** One of {@link FINDING_KINDS}. */
export type FindingKind = keyof typeof FINDING_KINDS;

/** Something that must not be, seen twice. */
export interface Finding {
  readonly kind: FindingKind;
  readonly shard: number;
  /** The key as Redis knows it. */
  readonly key: string;
  /** The job, batch or other thing that it is about; undefined: the key alone tells. */
  readonly id: string | undefined;
  /** The entry of the key, where it says more than the id. */
  readonly entry?: string;
  /** What was seen. */
  readonly detail: string;
}

/** Something that looks wrong once: everything may move between two reads. */
export interface Suspicion {
  readonly finding: Finding;
  /** Looks again, in one execution of Redis where several facts must fit: whether it is still so. */
  readonly confirm: () => Promise<boolean>;
}
