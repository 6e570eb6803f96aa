import { readFileSync } from 'node:fs';
import type { Duration, RedisTarget } from '@linstock/core';
import { toMs } from '@linstock/core/internal';
import type { LinstockConfig } from './config-file.ts';
import { readConfig } from './config-file.ts';
import { UsageError } from './errors.ts';
import { keepSecret, keepUrlPassword, redact } from './redact.ts';

/** Options that every command knows. */
export interface GlobalFlags {
  readonly redis?: string;
  readonly namespace?: string;
  readonly config?: string;
  readonly connectTimeout?: string;
  readonly output?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly verbose?: boolean;
}

/** What a command knows about its surroundings: flag before environment before configuration file before default. */
export interface Settings {
  readonly redis: RedisTarget;
  /** False: nobody named a Redis, and `redis` is the default. */
  readonly isRedisGiven: boolean;
  readonly namespace: string;
  /** How long to try before Redis counts as unreachable. */
  readonly connectTimeoutMs: number;
  readonly worker: WorkerSettings;
}

/** What environment and configuration file say about workers; undefined: nothing. */
export interface WorkerSettings {
  readonly modules: readonly string[];
  readonly queues: readonly string[] | undefined;
  readonly concurrency: number;
  readonly processes: number;
  readonly shutdownTimeoutMs: number;
  readonly logLevel: LogLevel;
}

/** Levels of pino. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

export const DEFAULTS = {
  redis: 'redis://127.0.0.1:6379',
  namespace: 'ls',
  connectTimeout: '3s',
  concurrency: 10,
  processes: 1,
  shutdownTimeout: '25s',
} as const;

/** A variable of the environment. An empty one counts as not set. */
function variable(name: string): string | undefined {
  return process.env[name]?.trim() || undefined;
}

/** Reads all settings. Throws `CONFIG_INVALID`, `INVALID_OPTION`, `USAGE`. */
export async function readSettings(flags: GlobalFlags): Promise<Settings> {
  const config = await readConfig(flags.config ?? variable('LINSTOCK_CONFIG'));
  const url = redisFlag(flags.redis) ?? variable('LINSTOCK_REDIS_URL') ?? variable('REDIS_URL');
  const redis = url ?? config.redis;
  keepPassword(redis);
  const connectTimeout =
    flags.connectTimeout ?? variable('LINSTOCK_CONNECT_TIMEOUT') ?? DEFAULTS.connectTimeout;
  return {
    redis: redis ?? DEFAULTS.redis,
    isRedisGiven: redis !== undefined,
    namespace: flags.namespace ?? variable('LINSTOCK_NAMESPACE') ?? config.namespace ?? DEFAULTS.namespace,
    connectTimeoutMs: toMs(connectTimeout, '--connect-timeout'),
    worker: readWorkerSettings(config),
  };
}

function readWorkerSettings(config: LinstockConfig): WorkerSettings {
  const queues = variable('LINSTOCK_QUEUES')?.split(',');
  const shutdownTimeout: Duration =
    variable('LINSTOCK_SHUTDOWN_TIMEOUT') ?? config.shutdownTimeout ?? DEFAULTS.shutdownTimeout;
  return {
    modules: config.modules ?? [],
    queues: queues ?? config.queues,
    concurrency: numberVariable('LINSTOCK_CONCURRENCY', 10_000) ?? config.concurrency ?? DEFAULTS.concurrency,
    processes: numberVariable('LINSTOCK_PROCESSES', 64) ?? config.processes ?? DEFAULTS.processes,
    shutdownTimeoutMs: toMs(shutdownTimeout, 'shutdownTimeout'),
    logLevel: logLevelVariable(),
  };
}

function numberVariable(name: string, most: number): number | undefined {
  const text = variable(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`the environment's ${name} must be a whole number from 1 to ${most}`);
}

function logLevelVariable(): LogLevel {
  const text = variable('LINSTOCK_LOG_LEVEL') ?? 'info';
  const level = LOG_LEVELS.find((known) => known === text);
  if (level !== undefined) return level;
  throw new UsageError(`the environment's LINSTOCK_LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}`);
}

/** A URL, or `@file` with one: a file hides the password from the list of processes. */
function redisFlag(flag: string | undefined): string | undefined {
  if (flag === undefined || !flag.startsWith('@')) return flag;
  try {
    return readFileSync(flag.slice(1), 'utf8').trim();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--redis ${flag}: the file with the URL cannot be read: ${reason}`);
  }
}

function keepPassword(target: RedisTarget | undefined): void {
  if (typeof target === 'string') keepUrlPassword(target);
  else if (target !== undefined && 'password' in target && typeof target.password === 'string') {
    keepSecret(target.password);
  }
}

/** A warning for a password that everybody on this machine could read, or undefined. Hides it from now on. */
export function hideArgvPassword(flag: string | undefined): string | undefined {
  if (flag === undefined || redact(flag) === flag) return undefined;
  keepUrlPassword(flag);
  // Also overwrites what `ps` shows.
  process.title = 'linstock';
  return 'a password on the command line can be read by others: use LINSTOCK_REDIS_URL, or --redis @file';
}

/** Whether to colour, as https://no-color.org and https://force-color.org say. */
export function wantsColor(flag: boolean | undefined, isTerminal: boolean): boolean {
  if (flag === false || variable('NO_COLOR') !== undefined) return false;
  const forced = variable('FORCE_COLOR');
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return isTerminal && variable('TERM') !== 'dumb';
}

/** Whether errors show their stack. */
export function wantsStacks(flag: boolean | undefined): boolean {
  return flag === true || variable('DEBUG') !== undefined;
}
