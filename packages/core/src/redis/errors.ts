import { RedisError, RedisFullError } from '../errors.ts';

/**
 * What an error of a call means for it.
 * - `refused`: not executed, and it passes: the same call may be sent again.
 * - `unknown`: the connection broke or time ran out; it may have been executed, or may be executed later.
 * - `full`: not executed; Redis has no memory left.
 * - `fault`: not executed, and it will not pass by itself.
 */
export type ErrorClass = 'refused' | 'unknown' | 'full' | 'fault';

/** First words of replies that pass by themselves: start, failover, moving slots, a long script, a disk that is full. */
const REFUSED = new Set([
  'LOADING',
  'READONLY',
  'MASTERDOWN',
  'CLUSTERDOWN',
  'TRYAGAIN',
  'MOVED',
  'ASK',
  'BUSY',
  'NOREPLICAS',
  'MISCONF',
  'NOSCRIPT',
]);
/** What ioredis says, and our own connection, when a call never left this process. */
const UNSENT = /^Stream isn't writeable|^Cluster isn't ready|^Redis cannot be reached/;
/** What a connection's end looks like, in ioredis and in Node. */
const BROKEN =
  /Connection is closed|Command timed out|max retries per request|Socket timeout|Too many Cluster redirections|Cluster is ended/;
const BROKEN_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNABORTED',
]);

/** What the errors mean that {@link asRedisError} has made. */
const CLASS_OF = new WeakMap<Error, ErrorClass>();

/** Tells weather from faults: the one place that knows what Redis and ioredis say. */
export function classifyError(error: unknown): ErrorClass {
  if (!(error instanceof Error)) return 'fault';
  const known = CLASS_OF.get(error);
  if (known !== undefined) return known;
  // Connection.ready says so before anything is sent.
  if (error instanceof RedisError) return error.code === 'REDIS_UNREACHABLE' ? 'refused' : 'fault';
  const word = error.message.split(' ', 1)[0] ?? '';
  if (word === 'OOM' || error.message.includes('OOM command not allowed')) return 'full';
  if (REFUSED.has(word) || UNSENT.test(error.message)) return 'refused';
  if (BROKEN.test(error.message) || BROKEN_CODES.has((error as NodeJS.ErrnoException).code ?? ''))
    return 'unknown';
  return 'fault';
}

/** Whether this is what ioredis, or Redis's reply, begins with. */
export function says(error: unknown, words: string): boolean {
  const said = error instanceof RedisError ? error.cause : error;
  return said instanceof Error && said.message.startsWith(words);
}

/** An error of Redis as one of ours; `link`: over which connection it came. */
export function asRedisError(error: unknown, link: Link = {}): RedisError | RedisFullError {
  if (error instanceof RedisError || error instanceof RedisFullError) return error;
  const made = makeRedisError(error, link);
  CLASS_OF.set(made, classifyError(error));
  return made;
}

/** What a person must know of a connection when a call fails. */
export interface Link {
  /** `host:port` or a path, never with a password. */
  readonly address?: string;
  /** What kept it from being made; undefined: nothing since it was made. */
  readonly trouble?: string | undefined;
}

function makeRedisError(error: unknown, { address, trouble }: Link): RedisError | RedisFullError {
  const message = error instanceof Error ? error.message : String(error);
  const word = message.split(' ', 1)[0] ?? '';
  if (classifyError(error) === 'full') return new RedisFullError(error);
  if (['NOAUTH', 'WRONGPASS', 'NOPERM'].includes(word)) {
    const advice = 'check the user, the password and the permissions that docs/redis-keys.md needs';
    return new RedisError('REDIS_REFUSED', `Redis refused: ${message}; ${advice}`, {}, error);
  }
  if (classifyError(error) === 'fault') {
    return new RedisError('REDIS_FAULT', `Redis answered with an error: ${message}`, {}, error);
  }
  const where = address === undefined ? '' : ` at ${address}`;
  // ioredis speaks of its stream and options when there is no connection.
  const what = UNSENT.test(message) ? (trouble ?? 'the connection is gone') : message;
  return new RedisError('REDIS_UNREACHABLE', `Redis cannot be reached${where}: ${what}`, {}, error);
}
