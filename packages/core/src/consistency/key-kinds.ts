import { KEY } from '../redis/keys.ts';

/** How keys of a shard are told apart: docs/redis-keys.md, as far as a program can check it. */

/** A type as Redis names it. */
export type RedisType = 'string' | 'hash' | 'list' | 'set' | 'zset' | 'stream';

/** What is known of a key by its name. */
export interface KeyKind {
  /** Its name in {@link KEY}. */
  readonly name: keyof typeof KEY;
  /** One of these. */
  readonly types: readonly RedisType[];
  /** Whether it must have a time to live. */
  readonly mustExpire: boolean;
  /** What stands behind the name. */
  readonly rest: string;
}

const NAMES_BY_TYPE = {
  string: ['job', 'payload', 'alone', 'timekeeper', 'eventsMost', 'told', 'progress', 'lock'],
  hash: [
    'queues',
    'stale',
    'processing',
    'sweep',
    'producer',
    'requeued',
    'paused',
    'settings',
    'quotas',
    'taken',
    'steward',
    'grouped',
    'rings',
    'waits',
    'inputs',
    'batch',
    'operation',
    'recurring',
    'stats',
    'counted',
    'tally',
    'workers',
    'loads',
    'order',
    'contracts',
    'schemas',
    'alert',
    'alarm',
    'lookout',
    'meta',
  ],
  list: [
    'ready',
    'suspects',
    'succeeded',
    'blocked',
    'group',
    'children',
    'todo',
    'members',
    'plan',
    'history',
    'log',
  ],
  set: ['extras', 'rescuing', 'holders', 'freed', 'parents'],
  zset: [
    'scheduled',
    'leases',
    'failed',
    'cancelled',
    'kept',
    'watched',
    'idle',
    'parked',
    'timers',
    'deadlines',
    'tag',
    'groups',
    'awaiting',
    'batches',
    'operations',
    'selection',
    'selections',
    'ticks',
    'alerts',
    'alarms',
    'undelivered',
    'damaged',
  ],
  stream: ['audit', 'events'],
} as const satisfies Readonly<Record<RedisType, readonly (keyof typeof KEY)[]>>;

/** A key of these without a time to live was written by something else. */
const EXPIRING: ReadonlySet<keyof typeof KEY> = new Set([
  'alone',
  'producer',
  'timekeeper',
  'freed',
  'rate',
  'told',
  'tally',
  'order',
  'progress',
  'log',
]);

const TYPES = new Map<keyof typeof KEY, readonly RedisType[]>([
  ...Object.entries(NAMES_BY_TYPE).flatMap(([type, names]) =>
    names.map((name) => [name, [type as RedisType]] as const),
  ),
  // A bucket is a string, a window is a list.
  ['rate', ['string', 'list']],
  ['quarantine', ['string', 'hash', 'list', 'set', 'zset', 'stream']],
]);

/** By what a key begins with, or is. */
const KINDS = new Map<string, keyof typeof KEY>([...TYPES.keys()].map((name) => [KEY[name], name]));

/** What a key is, by its name without the shard's prefix; undefined: no part of this version knows it. */
export function kindOfKey(key: string): KeyKind | undefined {
  const whole = KINDS.get(key);
  if (whole !== undefined && !KEY[whole].endsWith(':')) return kind(whole, '');
  const colon = key.indexOf(':');
  const name = KINDS.get(key.slice(0, colon + 1));
  const rest = key.slice(colon + 1);
  return colon < 0 || name === undefined || rest === '' ? undefined : kind(name, rest);
}

function kind(name: keyof typeof KEY, rest: string): KeyKind {
  // The claims of a worker are a hash, each claim's open set is a set.
  const types = name === 'processing' && rest.includes(':') ? (['set'] as const) : (TYPES.get(name) ?? []);
  return { name, types, mustExpire: EXPIRING.has(name) || (name === 'lock' && rest.startsWith('w:')), rest };
}
