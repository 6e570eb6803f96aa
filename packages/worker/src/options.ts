import type { CodecOptions, Duration, InstallationOptions, RetentionOptions } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { PayloadCodecs, ResolvedInstallation, Retention, Rule } from '@linstock/core/internal';
import {
  anything,
  checkOptions,
  INSTALLATION_RULES,
  queueName,
  resolveCodecs,
  resolveInstallation,
  resolveRetention,
  toMs,
  wholeNumber,
} from '@linstock/core/internal';
import type { Log } from './log.ts';
import { defaultLog, isLog } from './log.ts';
import type { CreateScope } from './middleware.ts';
import type { WeightedQueue } from './queue-order.ts';
import { QueueOrder } from './queue-order.ts';

/** Options of a worker. `Scope`: what `createScope` makes, and handlers find as `ctx.scope`. */
export interface WorkerOptions<Scope = unknown> extends InstallationOptions {
  /**
   * Queues it takes jobs from, 1 to 100: the first one first, and so on. When some have a weight, each claim draws an order, in
   * which a queue of weight 3 comes first three times as often as one of weight 1 (that of a plain name). @default ["default"]
   */
  readonly queues?: readonly (string | WeightedQueue)[];
  /** How many jobs run at once, 1 to 10,000. @default 10 */
  readonly concurrency?: number;
  /** How long after its last sign of life a worker counts as dead, 1 s to 10 min; it gives one five times as often. @default "15s" */
  readonly leaseMs?: Duration;
  /** How long `stop` waits for running jobs before it aborts them and gives them back. @default "25s" */
  readonly shutdownTimeout?: Duration;
  /** How long a handler whose time is up may take to end after its signal; then its slot is freed without it, and the log says so. @default "5s" */
  readonly abortGrace?: Duration;
  /** A blocked event loop longer than this ends the process, so that a stuck one does not hold jobs for ever; at least 1 s. @default "60s" */
  readonly maxEventLoopBlock?: Duration;
  /**
   * The codecs of the clients: keys to read payloads, and how results are stored. A job that no key opens is put off, without
   * using an attempt, until a worker comes that has the key; docs/payloads.md. @default results are stored as JSON
   */
  readonly codecs?: CodecOptions;
  /** How much is kept of what has ended. @default 24 hours and 10,000 succeeded, 90 days and 100,000 failed or cancelled, per shard */
  readonly retention?: RetentionOptions;
  /** A logger with pino's methods. @default pino, to standard error */
  readonly log?: Log;
  /** Makes a scope for each run, such as a container of dependencies; disposed at the run's end. @default none */
  readonly createScope?: CreateScope<Scope>;
}

/** Options of a worker, checked and complete. */
export interface ResolvedWorkerOptions extends ResolvedInstallation {
  readonly queues: QueueOrder;
  readonly concurrency: number;
  readonly leaseMs: number;
  /** Of the heartbeat and of the sweep. */
  readonly beatMs: number;
  readonly shutdownTimeoutMs: number;
  readonly abortGraceMs: number;
  readonly maxEventLoopBlockMs: number;
  readonly retention: Retention;
  readonly codecs: PayloadCodecs | undefined;
  readonly log: Log;
  readonly createScope: CreateScope | undefined;
}

const isWeight = wholeNumber(1, 1000);
const nameOf = (queue: unknown): unknown =>
  typeof queue === 'object' && queue !== null && 'name' in queue ? queue.name : queue;
const hasGoodWeight = (queue: unknown): boolean =>
  typeof queue !== 'object' || queue === null || ('weight' in queue && isWeight(queue.weight) === undefined);

const queueList: Rule = (value) => {
  if (!Array.isArray(value) || value.length < 1 || value.length > 100)
    return 'must be a list of 1 to 100 queues';
  const names: unknown[] = value.map(nameOf);
  if (new Set(names).size < names.length) return 'must not name a queue twice';
  if (!value.every(hasGoodWeight)) return 'must have weights that are whole numbers from 1 to 1000';
  return names.map(queueName).find((problem) => problem !== undefined);
};

const RULES: Readonly<Record<string, Rule>> = {
  ...INSTALLATION_RULES,
  queues: queueList,
  concurrency: wholeNumber(1, 10_000),
  leaseMs: anything,
  shutdownTimeout: anything,
  abortGrace: anything,
  maxEventLoopBlock: anything,
  codecs: anything,
  retention: anything,
  log: (value) =>
    isLog(value) ? undefined : 'must be a logger with the methods of pino: child, debug, info, warn, error',
  createScope: (value) => (typeof value === 'function' ? undefined : 'must be a function'),
};

/** Checks and completes {@link WorkerOptions}. @throws {OptionError} */
export function resolveOptions(options: WorkerOptions): ResolvedWorkerOptions {
  checkOptions(options ?? {}, RULES, 'Worker');
  const installation = resolveInstallation(options ?? {}, 'Worker');
  const leaseMs = toMs(options.leaseMs ?? '15s', 'Worker.leaseMs');
  if (leaseMs < 1000 || leaseMs > 600_000)
    throw new OptionError('Worker.leaseMs', 'must be from 1 s to 10 min', options.leaseMs);
  const maxEventLoopBlockMs = toMs(options.maxEventLoopBlock ?? '60s', 'Worker.maxEventLoopBlock');
  if (maxEventLoopBlockMs < 1000)
    throw new OptionError('Worker.maxEventLoopBlock', 'must be at least 1 s', options.maxEventLoopBlock);
  return {
    ...installation,
    queues: new QueueOrder(options.queues ?? ['default']),
    concurrency: options.concurrency ?? 10,
    leaseMs,
    beatMs: leaseMs / 5,
    shutdownTimeoutMs: toMs(options.shutdownTimeout ?? '25s', 'Worker.shutdownTimeout'),
    abortGraceMs: toMs(options.abortGrace ?? '5s', 'Worker.abortGrace'),
    maxEventLoopBlockMs,
    retention: resolveRetention(options.retention, 'Worker.retention'),
    codecs: resolveCodecs(options.codecs, 'Worker.codecs'),
    log: options.log ?? defaultLog(),
    createScope: options.createScope,
  };
}
