/**
 * Every key of a shard, spelled once. Scripts get the names from here: `$ready` in a `.lua` file becomes
 * `(P..'ready:')`, where P is the shard's prefix. What each key holds, and its bound: docs/redis-keys.md.
 */
export const KEY = {
  job: 'job:',
  payload: 'payload:',
  extras: 'extras',
  queues: 'queues',
  ready: 'ready:',
  suspects: 'suspects:',
  alone: 'alone',
  holders: 'holders:',
  rate: 'rate:',
  blocked: 'blocked:',
  parked: 'parked:',
  timers: 'timers',
  lock: 'lock:',
  deadlines: 'deadlines',
  tag: 'tag:',
  awaiting: 'awaiting',
  parents: 'parents',
  children: 'children:',
  waits: 'waits:',
  inputs: 'inputs:',
  todo: 'todo',
  recurring: 'recurring:',
  ticks: 'ticks',
  history: 'history:',
  stale: 'stale',
  scheduled: 'scheduled',
  leases: 'leases',
  processing: 'processing:',
  rescuing: 'rescuing',
  sweep: 'sweep',
  producer: 'producer:',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  requeued: 'requeued',
  watched: 'watched',
  idle: 'idle:',
  timekeeper: 'timekeeper',
  paused: 'paused',
  stats: 'stats',
  workers: 'workers',
  loads: 'loads',
  progress: 'progress:',
  log: 'log:',
  audit: 'audit',
  damaged: 'quarantine',
  quarantine: 'quarantine:',
  meta: 'meta',
  wake: 'wake:',
  ended: 'ended',
  /** Never exists. Deleting it is a script's first write where a full Redis must not refuse the script. */
  none: 'none',
} as const;

/** The prefix of all keys of a shard. Its braces make it the hash tag, so a shard lives in one slot of a Cluster. */
export function shardPrefix(namespace: string, shard: number): string {
  return `{${namespace}:${shard}}:`;
}
