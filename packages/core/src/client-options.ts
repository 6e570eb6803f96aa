import { hostname, userInfo } from 'node:os';
import type { CodecOptions } from './codec-options.ts';
import { resolveCodecs } from './codec-options.ts';
import type { PayloadCodecs } from './codec.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { MAX_SHARDS } from './job/job-id.ts';
import type { JobState } from './job/states.ts';
import { JOB_STATES } from './job/states.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, namespaceName, oneOf, shortText, wholeNumber, yesOrNo } from './options.ts';
import type { Viewing } from './payload-view.ts';
import { resolveRedaction } from './redact.ts';
import type { QueueDefaults } from './queue-defaults.ts';
import { QueueDefaultsBook } from './queue-defaults.ts';
import type { ConnectionLimits, RedisTarget } from './redis/connect.ts';
import { DEFAULT_LIMITS } from './redis/connect.ts';
import type { RetentionOptions } from './retention.ts';
import { resolveRetention } from './retention.ts';
import type { Change } from './store/change-call.ts';
import type { Actor, Retention } from './store/job-store.ts';

/** How long a call that needs a connection waits for the first one. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** What every part that talks to Redis must know. */
export interface InstallationOptions {
  /** Where Redis is. */
  readonly redis: RedisTarget;
  /** Keeps installations on one Redis apart: 1 to 32 letters, digits, `_ . -`. @default "ls" */
  readonly namespace?: string;
  /** How many shards a new installation gets, 1 to 1024. Left out: as stored. @default 1 */
  readonly shards?: number;
  /** A call without an answer fails after this, 100 ms to 5 min. @default "5s" */
  readonly commandTimeout?: Duration;
}

/** Options of a {@link Client}. */
export interface ClientOptions extends InstallationOptions {
  /** How long an enqueue is repeated while Redis cannot be reached. @default "60s" */
  readonly retryFor?: Duration;
  /** How payloads and results are stored: compressed, encrypted; docs/payloads.md. @default as JSON */
  readonly codecs?: CodecOptions;
  /** As for a {@link Monitor}; masks what `get` shows, never what `result` gives. @default false: a program sees its data */
  readonly redact?: readonly string[] | false;
  /**
   * By the name of a queue: what its jobs get where neither their call nor their contract says anything; of `maxAttempts`, `retry`,
   * `timeout`, `onExhausted`, `expireIn`, `onExpired`, `retention`. Give all clients the same. @default {}
   */
  readonly queueDefaults?: Readonly<Record<string, QueueDefaults>>;
  /** How much is kept of what this client ends by `cancel`: that of the workers. @default 90 days, 100,000 */
  readonly retention?: RetentionOptions;
}

/** Options of a {@link Monitor}. */
export interface MonitorOptions extends InstallationOptions {
  /** The keys of the clients and workers, to show what is encrypted. @default encrypted inputs and results stay closed */
  readonly codecs?: CodecOptions;
  /**
   * Fields whose values are shown as `•••`, in addition to {@link SECRET_FIELDS}: at most 100 paths such as `card.number`,
   * `*.pin`, `iban`. `false`: everything is shown. @default []
   */
  readonly redact?: readonly string[] | false;
}

/** Options of a part that talks to Redis, checked and complete. */
export interface ResolvedInstallation extends ConnectionLimits {
  readonly redis: RedisTarget;
  readonly namespace: string;
  readonly shards: number | undefined;
}

/** Options of a client, checked and complete. */
export interface ResolvedClientOptions extends ResolvedInstallation {
  readonly retryForMs: number;
  readonly queueDefaults: QueueDefaultsBook;
  readonly retention: Retention;
  readonly codecs: PayloadCodecs | undefined;
  readonly viewing: Viewing;
}

/** Rules for {@link InstallationOptions}. */
export const INSTALLATION_RULES: Readonly<Record<string, Rule>> = {
  redis: anything,
  namespace: namespaceName,
  shards: wholeNumber(1, MAX_SHARDS),
  commandTimeout: anything,
};

/** Rules for what {@link MonitorOptions} add. */
export const VIEW_RULES: Readonly<Record<string, Rule>> = { codecs: anything, redact: anything };

/** Checks and completes {@link InstallationOptions}. */
export function resolveInstallation(options: InstallationOptions, where: string): ResolvedInstallation {
  if (options.redis === undefined) {
    throw new OptionError(`${where}.redis`, 'is required: a URL such as redis://127.0.0.1:6379', undefined);
  }
  const commandTimeoutMs = toMs(
    options.commandTimeout ?? DEFAULT_LIMITS.commandTimeoutMs,
    `${where}.commandTimeout`,
  );
  if (commandTimeoutMs < 100 || commandTimeoutMs > 300_000) {
    throw new OptionError(`${where}.commandTimeout`, 'must be from 100 ms to 5 min', options.commandTimeout);
  }
  return {
    redis: options.redis,
    namespace: options.namespace ?? 'ls',
    shards: options.shards,
    commandTimeoutMs,
  };
}

const RULES = {
  ...INSTALLATION_RULES,
  ...VIEW_RULES,
  retryFor: anything,
  retention: anything,
  queueDefaults: anything,
};

/** Checks and completes {@link ClientOptions}. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  checkOptions(options ?? {}, RULES, 'Client');
  const installation = resolveInstallation(options ?? {}, 'Client');
  const viewing = resolveViewing({ codecs: options.codecs, redact: options.redact ?? false }, 'Client');
  return {
    ...installation,
    retryForMs: toMs(options.retryFor ?? '60s', 'Client.retryFor'),
    queueDefaults: new QueueDefaultsBook(options.queueDefaults, 'Client.queueDefaults'),
    retention: resolveRetention(options.retention, 'Client.retention'),
    codecs: viewing.codecs,
    viewing,
  };
}

/** Checks and completes what {@link MonitorOptions} add. */
export function resolveViewing(
  { codecs, redact = [] }: { readonly [K in 'codecs' | 'redact']?: MonitorOptions[K] | undefined },
  where: string,
): Viewing {
  return {
    codecs: resolveCodecs(codecs, `${where}.codecs`),
    redaction: resolveRedaction(redact, `${where}.redact`),
  };
}

/** Who asks for a change, and why; kept in the job's history and in the audit log. */
export interface ChangeOptions {
  /** @default the user of this process, at its host */
  readonly by?: string;
  readonly reason?: string;
}

/** A change of jobs that must be in the right states. */
export interface JobChangeOptions extends ChangeOptions {
  /** The states in which the job is expected: in another one nothing is changed. @default all that the verb allows */
  readonly expect?: JobState | readonly JobState[];
}

const CHANGE_RULES: Readonly<Record<string, Rule>> = {
  by: shortText(128),
  reason: shortText(1000),
  force: yesOrNo,
};

/** Checks {@link ChangeOptions}. */
export function actorOf(options: ChangeOptions | undefined, where: string): Actor {
  checkOptions(options, CHANGE_RULES, where);
  return { who: options?.by ?? processUser(), why: options?.reason ?? '' };
}

/** Checks {@link JobChangeOptions}. */
export function changeOf(options: JobChangeOptions | undefined, where: string): Change {
  const { expect, ...actor } = options ?? {};
  const states = typeof expect === 'string' ? [expect] : expect;
  const isList = Array.isArray(states) && states.length > 0;
  if (states !== undefined && !(isList && states.every((state) => isState(state) === undefined)))
    throw new OptionError(`${where}.expect`, `must be of ${JOB_STATES.join(', ')}, one or several`, expect);
  return { ...actorOf(actor, where), expect: states };
}

const isState = oneOf(JOB_STATES);

function processUser(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a user id without a name.
    return `${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
