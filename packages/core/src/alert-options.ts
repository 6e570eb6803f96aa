import type { ChangeOptions } from './client-options.ts';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { namePattern } from './name-pattern.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, oneOf, queueName, shortText, wholeNumber, yesOrNo } from './options.ts';
import type { AlertKind, StoredAlert } from './store/alert-records.ts';
import { ALERT_KINDS } from './store/alert-records.ts';

/** What an alert looks for. */
export interface AlertOptions {
  /**
   * `failures`: more than `count` jobs failed for good `within` a time. `oldest`: a job waits for longer than `age`. `no-worker`:
   * jobs wait that no live worker takes, or, for all queues, no worker lives. `backlog`: more than `count` jobs wait. `missed`: a
   * tick of a recurring job is overdue for longer than `age`, or the last one, within a day, was passed over or run later than that.
   */
  readonly kind: AlertKind;
  /** What people read, 1 to 100 characters. @default its kind, and what it is about */
  readonly name?: string;
  /** Only this queue; of all kinds but `missed`. @default all */
  readonly queue?: string;
  /** Only jobs with this name; with a `*` at its end, those whose names begin so; of `failures`. @default all */
  readonly jobName?: string;
  /**
   * 0 to 1,000,000,000; of `failures` and `backlog`. Of `failures` with `queue` or `jobName` at most 10,000: for these the newest
   * 20,000 failures of each shard are looked at, and where there are more, the count is the least that it can be.
   */
  readonly count?: number;
  /** 10 s to 24 h; of `failures`. @default "5m" */
  readonly within?: Duration;
  /** 1 s to 30 days; of `oldest` and `missed`. */
  readonly age?: Duration;
  /** It fires when it holds for so long, up to 24 h, and in two looks. @default "0s"; of `no-worker` "1m" */
  readonly for?: Duration;
  /** Whether somebody looks. @default true */
  readonly enabled?: boolean;
}

/** Another content of an alert; what is left out stays. Its kind never changes. */
export interface AlertChanges
  extends Omit<Partial<AlertOptions>, keyof Narrowing>, ChangeOptions, Narrowing {}

/** Undefined, but there: all of them. */
interface Narrowing {
  readonly queue?: string | undefined;
  readonly jobName?: string | undefined;
}

const MOST_NAME = 100;

const RULES: Readonly<Record<keyof AlertOptions, Rule>> = {
  kind: oneOf(ALERT_KINDS),
  name: shortText(MOST_NAME),
  queue: queueName,
  jobName: namePattern,
  count: wholeNumber(0, 1_000_000_000),
  within: anything,
  age: anything,
  for: anything,
  enabled: yesOrNo,
};

/** What a kind of alert says besides `name`, `for` and `enabled`; those with a `!` it must. */
const FIELDS: Readonly<Record<AlertKind, string>> = {
  failures: 'count! within queue jobName',
  oldest: 'age! queue',
  'no-worker': 'queue',
  backlog: 'count! queue',
  missed: 'age!',
};

const DAY_MS = 86_400_000;
/** Of failures that are looked at one by one: half of those that a look reads. */
const MOST_NARROW = 10_000;

/** Checks and completes what an alert looks for. @throws {OptionError} */
export function resolveAlert(
  options: Omit<AlertOptions, keyof Narrowing> & Narrowing,
  where = 'alert',
): StoredAlert {
  checkOptions(options, RULES, where);
  if (options?.kind === undefined)
    throw new OptionError(`${where}.kind`, `must be one of ${ALERT_KINDS.join(', ')}`, options?.kind);
  const { kind, queue, jobName, name = defaultName(options), count } = options;
  checkFields(options, where);
  const time = (field: 'within' | 'age' | 'for', bounds: readonly [least: number, most: number]): number =>
    timeOf(options[field], bounds, `${where}.${field}`);
  return {
    name,
    kind,
    ...(queue !== undefined && { queue }),
    ...(jobName !== undefined && { jobName }),
    ...(count !== undefined && { count }),
    ...(kind === 'failures' && {
      withinMs: options.within === undefined ? 300_000 : time('within', [10_000, DAY_MS]),
    }),
    ...(options.age !== undefined && { ageMs: time('age', [1000, 30 * DAY_MS]) }),
    forMs: options.for === undefined ? defaultFor(kind) : time('for', [0, DAY_MS]),
    enabled: options.enabled ?? true,
  };
}

/** An alert in the words in which it was given. */
export function alertOptionsOf({ withinMs, ageMs, forMs, ...alert }: StoredAlert): AlertOptions {
  return {
    ...alert,
    ...(withinMs !== undefined && { within: withinMs }),
    ...(ageMs !== undefined && { age: ageMs }),
    for: forMs,
  };
}

function defaultName({ kind, queue, jobName }: Parameters<typeof resolveAlert>[0]): string {
  const about = [queue, jobName].filter((part) => part !== undefined).join(', ');
  return about === '' ? kind : `${kind}: ${about}`.slice(0, MOST_NAME);
}

/** Jobs that came a moment before the first worker are no news. */
function defaultFor(kind: AlertKind): number {
  return kind === 'no-worker' ? 60_000 : 0;
}

function checkFields(options: Parameters<typeof resolveAlert>[0], where: string): void {
  const fields = FIELDS[options.kind].split(' ');
  for (const field of ['queue', 'jobName', 'count', 'within', 'age'] as const) {
    const isGiven = options[field] !== undefined;
    if (!isGiven && fields.includes(`${field}!`))
      throw new OptionError(`${where}.${field}`, `is required for "${options.kind}"`, undefined);
    if (isGiven && !fields.includes(field) && !fields.includes(`${field}!`))
      throw new OptionError(`${where}.${field}`, `is not known to "${options.kind}"`, options[field]);
  }
  const { kind, queue, jobName, count = 0 } = options;
  if (kind === 'failures' && (queue ?? jobName) !== undefined && count > MOST_NARROW)
    throw new OptionError(`${where}.count`, `must be at most ${MOST_NARROW} for a queue or a name`, count);
}

function timeOf(
  duration: Duration | undefined,
  [least, most]: readonly [least: number, most: number],
  where: string,
): number {
  const ms = toMs(duration ?? 0, where);
  if (ms >= least && ms <= most) return ms;
  throw new OptionError(where, `must be from ${least / 1000} s to ${most / 3_600_000} h`, duration);
}
