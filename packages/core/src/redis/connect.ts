import { Cluster, Redis } from 'ioredis';
import type { ClusterNode, RedisOptions } from 'ioredis';
import type { LinstockError } from '../errors.ts';
import { OptionError, RedisError } from '../errors.ts';
import type { Link } from './errors.ts';
import { asRedisError } from './errors.ts';

/**
 * Where Redis is.
 * - a URL: `redis://…`, `rediss://…`, `unix://…`
 * - options of ioredis, which include Sentinel: `{ sentinels: […], name: "mymaster" }`
 * - a Cluster: `{ cluster: [{ host, port }…], options }`
 * - your own instance of ioredis (`Redis` or `Cluster`): its settings are copied; the instance itself is left alone.
 */
export type RedisTarget = string | RedisOptions | ClusterTarget | Redis | Cluster;

/** A Cluster: some of its nodes, and options of ioredis. */
export interface ClusterTarget {
  readonly cluster: readonly ClusterNode[];
  readonly options?: ClusterSettings;
}

type ClusterSettings = NonNullable<ConstructorParameters<typeof Cluster>[1]>;

/** Limits of a connection, ms. */
export interface ConnectionLimits {
  /** A call without an answer fails after this, and its connection is cut. @default 5000 */
  readonly commandTimeoutMs: number;
}

/** Limits that hold where nothing else is said. */
export const DEFAULT_LIMITS: ConnectionLimits = { commandTimeoutMs: 5000 };
const RECONNECT_MOST_MS = 1000;

/** A connection that never resends by itself, never waits for ever, and comes back after an outage. */
export class Connection {
  readonly redis: Redis | Cluster;
  readonly #commandTimeoutMs: number;
  #lastError: Error | undefined;
  /** What ends those who wait for the connection. */
  readonly #waiting = new Set<() => void>();
  #closed = false;

  constructor(
    target: RedisTarget,
    role: 'commands' | 'subscriber',
    limits: ConnectionLimits = DEFAULT_LIMITS,
  ) {
    this.#commandTimeoutMs = limits.commandTimeoutMs;
    this.redis = open(target, settings(role, limits));
    typeErrors(this.redis, () => ({ address: addressOf(this.redis), trouble: this.#trouble() }));
    // ioredis prints errors that nobody listens to. The calls that fail tell what is wrong.
    this.redis.on('error', (error: Error) => (this.#lastError = error));
    this.redis.on('ready', () => (this.#lastError = undefined));
  }

  /** Resolves when calls can be sent. Throws `REDIS_UNREACHABLE` or `REDIS_REFUSED` when they cannot after the time given. */
  async ready(timeoutMs: number): Promise<void> {
    if (this.redis.status === 'ready') return;
    if (this.redis.status === 'wait') this.redis.connect().catch((error: Error) => (this.#lastError = error));
    const ready = deferred();
    const timer = setTimeout(() => ready.reject(this.#unreachable(timeoutMs)), timeoutMs);
    const onEnd = () => ready.reject(this.#unreachable(timeoutMs));
    // A wrong password does not become right by waiting.
    const onError = (error: Error) => {
      const known = asRedisError(error);
      if (known.code === 'REDIS_REFUSED') ready.reject(known);
    };
    this.redis.on('error', onError);
    this.redis.once('ready', ready.resolve);
    if (!this.#closed) this.redis.once('end', onEnd);
    this.#waiting.add(onEnd);
    try {
      await ready.promise;
    } finally {
      clearTimeout(timer);
      this.redis.off('ready', ready.resolve);
      this.redis.off('end', onEnd);
      this.redis.off('error', onError);
      this.#waiting.delete(onEnd);
    }
  }

  /** Cuts the connection; it comes back by itself. For a call that timed out: its answer must not be taken for another's. */
  cut(): void {
    if (this.#closed) return;
    if (this.redis instanceof Cluster) for (const node of this.redis.nodes('all')) node.disconnect(true);
    else this.redis.disconnect(true);
  }

  /** Tells from now on how long each call took until its answer, ms. Nothing is measured before somebody asks. */
  measure(listener: (ms: number) => void): void {
    const send = this.redis.sendCommand.bind(this.redis) as Send;
    this.redis.sendCommand = (command: SentCommand, ...to: SentTo) => {
      const sentAt = performance.now();
      const answered = (): void => listener(performance.now() - sentAt);
      // A failure is told by whoever made the call.
      void command.promise.then(answered, answered);
      return send(command, ...to);
    };
  }

  /** The server, or the masters of the Cluster as far as they are known. */
  masters(): Redis[] {
    return this.redis instanceof Cluster ? this.redis.nodes('master') : [this.redis];
  }

  /** Closes for good. Calls that have no answer yet fail. */
  close(): void {
    this.#closed = true;
    this.redis.disconnect();
    // Between two tries to connect nothing else tells of the end.
    for (const end of this.#waiting) end();
  }

  get commandTimeoutMs(): number {
    return this.#commandTimeoutMs;
  }

  #trouble(): string | undefined {
    const error = this.#lastError;
    return error && (error.message || (error as NodeJS.ErrnoException).code || 'no detail');
  }

  #unreachable(timeoutMs: number): LinstockError {
    const cause = this.#lastError;
    const refused = cause === undefined ? undefined : asRedisError(cause);
    if (refused?.code === 'REDIS_REFUSED') return refused;
    const detail = cause === undefined ? '' : ` (${this.#trouble()})`;
    const message = `Redis cannot be reached after ${timeoutMs} ms${detail}: check that it runs, the address, and the network`;
    return new RedisError('REDIS_UNREACHABLE', message, { timeoutMs }, cause);
  }
}

/** Where the server is; of a Cluster: the nodes that are known. */
function addressOf(redis: Redis | Cluster): string {
  if (redis instanceof Cluster) return redis.nodes('all').map(addressOf).join(', ') || 'the Cluster';
  const { path, host, port, sentinels, name } = redis.options;
  if (sentinels) return `the master ${name ?? ''} of Sentinel`;
  return path ?? `${host}:${port}`;
}

type SentCommand = Parameters<Redis['sendCommand']>[0];
/** The stream of a call, and in a Cluster the node that a transaction has chosen. */
type SentTo = [Parameters<Redis['sendCommand']>[1]?, node?: unknown];
type Send = (command: SentCommand, ...to: SentTo) => unknown;

/** Errors of calls are ours from their source on: whoever made a call gets a {@link RedisError}, whose cause is what ioredis said. */
function typeErrors(redis: Redis | Cluster, link: () => Link): void {
  const send = redis.sendCommand.bind(redis) as Send;
  redis.sendCommand = (command: SentCommand, ...to: SentTo) => {
    const { reject } = command;
    command.reject = (error: Error) => {
      // ioredis attaches the call with its arguments: payloads, which do not belong into logs.
      if ('command' in error) delete error.command;
      reject(asRedisError(error, link()));
    };
    return send(command, ...to);
  };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

function deferred(): Deferred {
  let settle: Omit<Deferred, 'promise'> = { resolve: () => {}, reject: () => {} };
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
}

function settings(
  role: 'commands' | 'subscriber',
  limits: ConnectionLimits,
): RedisOptions & { replyMapping: 'legacy' } {
  return {
    lazyConnect: true,
    // What a user's own instance may have set otherwise and this code relies on.
    keyPrefix: '',
    replyMapping: 'legacy',
    stringNumbers: false,
    enableAutoPipelining: false,
    // A call is resent by the code that knows whether it may be, never by the connection.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: role === 'subscriber',
    // ioredis does so without catching what a new cut of the connection makes of it, which would end the process. Whoever
    // subscribes does it again, on `ready`.
    autoResubscribe: false,
    commandTimeout: limits.commandTimeoutMs,
    // Also cuts a connection whose other end is silent. A subscriber may hear nothing for long.
    ...(role === 'commands' ? { socketTimeout: limits.commandTimeoutMs } : {}),
    connectTimeout: limits.commandTimeoutMs,
    retryStrategy: (times) =>
      Math.min(20 * 2 ** Math.min(times, 10), RECONNECT_MOST_MS) * (0.5 + Math.random() / 2),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    connectionName: `linstock-${role}`,
  };
}

/** ioredis's constructor without the type parameter for how replies are mapped, which does not concern us. */
const PlainRedis = Redis as unknown as {
  new (options: RedisOptions): Redis;
  new (url: string, options: RedisOptions): Redis;
};

function open(target: RedisTarget, own: RedisOptions): Redis | Cluster {
  if (target instanceof Cluster) {
    const options = target.options as ClusterSettings;
    return target.duplicate([], clusterSettings(options, own));
  }
  if (target instanceof Redis) return target.duplicate(own);
  if (typeof target === 'string') return openUrl(target, own);
  if (typeof target !== 'object' || target === null) {
    throw new OptionError(
      'redis',
      'must be a URL, options of ioredis, { cluster }, or an instance of ioredis',
      target,
    );
  }
  if ('cluster' in target)
    return new Cluster([...target.cluster], clusterSettings(target.options ?? {}, own));
  return new PlainRedis({ ...target, ...own });
}

function clusterSettings(options: ClusterSettings, own: RedisOptions): ClusterSettings {
  return {
    ...options,
    redisOptions: { ...options.redisOptions, ...own } as NonNullable<ClusterSettings['redisOptions']>,
    lazyConnect: true,
    // Zero: a call whose connection closed is not sent again by ioredis.
    retryDelayOnFailover: 0,
    enableOfflineQueue: true,
  };
}

function openUrl(url: string, own: RedisOptions): Redis {
  if (url.startsWith('unix://')) return new PlainRedis({ ...own, path: url.slice('unix://'.length) });
  // The URL may hold a password, so messages do not repeat it.
  const hidden = '(not shown: it may hold a password)';
  if (!/^rediss?:\/\//.test(url)) {
    throw new OptionError(
      'redis',
      'must be a URL that begins with redis://, rediss:// or unix://',
      url.includes('@') ? hidden : url,
    );
  }
  if (!URL.canParse(url))
    throw new OptionError('redis', 'must be a URL such as redis://127.0.0.1:6379', hidden);
  return new PlainRedis(url, own);
}

/** A target as plain data that a thread can be given: functions are left out. */
export function plainTarget(target: RedisTarget): RedisTarget {
  if (typeof target === 'string') return target;
  if (target instanceof Cluster) {
    // Private in ioredis's types, and the only place that knows them before the first connection.
    const nodes = (target as unknown as { readonly startupNodes: readonly ClusterNode[] }).startupNodes;
    return { cluster: plain(nodes) as ClusterNode[], options: plain(target.options) as ClusterSettings };
  }
  return plain(target instanceof Redis ? target.options : target) as RedisTarget;
}

function plain(value: unknown): unknown {
  if (typeof value === 'function') return undefined;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plain);
  const entries = Object.entries(value).map(([key, part]) => [key, plain(part)] as const);
  return Object.fromEntries(entries.filter(([, part]) => part !== undefined));
}
