import { createHash } from 'node:crypto';
import type { Duration } from './duration.ts';
import { toMs } from './duration.ts';
import { OptionError } from './errors.ts';
import { slotOf } from './job/placement.ts';
import type { JobTies, LimitTie, LockTie, RateTie } from './job/ties.ts';
import type { Rule } from './options.ts';
import { anything, checkOptions, oneOf, shortText, wholeNumber } from './options.ts';

/** A key of a job: a text of 1 to 200 characters, or a function that makes it from the input. */
export type JobKey<Input = unknown> = string | ((input: Input) => string);

/** At most `limit` jobs with this key run at one time, over all workers. */
export interface ConcurrencyOptions<Input = unknown> {
  /** @default the job's name: a limit for all jobs of the name */
  readonly key?: JobKey<Input>;
  /** 1 to 100,000. @default 1 */
  readonly limit?: number;
}

/** At most `limit` jobs with this key start in a time, over all workers. */
export interface RateLimitOptions<Input = unknown> {
  /** @default the job's name: a rate for all jobs of the name */
  readonly key?: JobKey<Input>;
  /** 1 to 100,000. */
  readonly limit: number;
  readonly per: Duration;
  /** How many may start at once after a pause; `"window"`: no more than `limit` in any time as long as `per`. @default the limit */
  readonly burst?: number | 'window';
}

/** One job with this key at a time, or in a time. Keys of jobs with different names do not meet. */
export interface UniqueOptions<Input = unknown> {
  /** @default a hash of the input */
  readonly key?: JobKey<Input>;
  /** How long the key is taken: until the job starts, or until it has ended. @default "finished" */
  readonly until?: 'started' | 'finished';
  /** Instead of `until`: for this time, whatever becomes of the job. */
  readonly for?: Duration;
  /**
   * What happens to another job with this key: `existing` gives the handle of the first one, `replace` puts the new input,
   * options and time in its place as long as it waits, `refuse` throws `JOB_EXISTS`. @default "existing"
   */
  readonly onConflict?: 'existing' | 'replace' | 'refuse';
}

/** Jobs of a queue that share its time fairly with those of other groups, such as the jobs of one tenant. */
export interface GroupOptions<Input = unknown> {
  readonly key: JobKey<Input>;
  /** A group of weight 3 gets three times the starts of one of weight 1, while both have jobs; 1 to 100. @default 1 */
  readonly weight?: number;
  /** At most so many jobs of the group run at one time, over all workers; 1 to 100,000. @default no limit */
  readonly limit?: number;
}

/** How long a job is kept after its end. Removal follows within a minute; what somebody waits for stays a little longer. */
export interface KeepOptions {
  /** 0 to 10 years; longer than the workers keep is possible. */
  readonly succeededFor?: Duration;
  /** After it has failed, or was cancelled: 0 to 10 years, and no longer than the workers keep. */
  readonly failedFor?: Duration;
}

/** What ties a job to others. Keys of one job must lie in one slot: give them a common part in braces, `{customer:42}:mail`. */
export interface FlowOptions<Input = unknown> {
  /** One key, or several: a job waits, without a slot, until each has room. At most 4. */
  readonly concurrency?: ConcurrencyOptions<Input> | readonly ConcurrencyOptions<Input>[];
  /** Its key alone, or with a weight and a limit. */
  readonly group?: JobKey<Input> | GroupOptions<Input>;
  /** At most 2. */
  readonly rateLimit?: RateLimitOptions<Input> | readonly RateLimitOptions<Input>[];
  readonly unique?: true | UniqueOptions<Input>;
  /** The same key gives the same job, whatever became of it; for calls that may be repeated. */
  readonly key?: JobKey<Input>;
  /** How long {@link key} is remembered. @default "24h" */
  readonly keyTtl?: Duration;
  /** Runs when no other job with this key was enqueued for a while; the last one's input counts. */
  readonly debounce?: { readonly key?: JobKey<Input>; readonly wait: Duration };
  /** The first job with this key in a time runs; others give its handle. */
  readonly throttle?: { readonly key?: JobKey<Input>; readonly per: Duration };
  /** A job that has not started by then ends as {@link onExpired} says; whatever it waited for. */
  readonly expireIn?: Duration;
  /**
   * `cancel`: it is cancelled, with the reason `EXPIRED`; `fail`: it is failed, with the error `EXPIRED`; `reschedule`: it is
   * scheduled for as long again, and waits anew from then on; {@link expireIn} is at least 1 s then. @default "cancel"
   */
  readonly onExpired?: 'cancel' | 'fail' | 'reschedule';
  /** How long its record is kept after its end, instead of what workers keep of all jobs. @default that of the workers */
  readonly retention?: KeepOptions;
  /** At most 20 words of at most 64 characters, to find jobs by. */
  readonly tags?: readonly string[];
}

/** Names of {@link FlowOptions}, for {@link checkOptions}. */
export const FLOW_RULES: Readonly<Record<keyof FlowOptions, Rule>> = {
  concurrency: anything,
  group: anything,
  rateLimit: anything,
  unique: anything,
  key: anything,
  keyTtl: anything,
  debounce: anything,
  throttle: anything,
  expireIn: anything,
  onExpired: oneOf(['cancel', 'fail', 'reschedule']),
  retention: anything,
  tags: anything,
};

/** What ties a job, made from its options and its input. */
export interface FlowPlan {
  readonly ties: JobTies;
  /** The slot of its keys; undefined: it has none. */
  readonly slot: number | undefined;
  /** How long a debounced job waits, ms. */
  readonly waitMs: number | undefined;
  /** Whether another job with its key makes the call throw. */
  readonly refuses: boolean;
}

const keyText = shortText(200);
const most = wholeNumber(1, 100_000);
const DAY_MS = 86_400_000;

/** Whether options tie a job to others. */
export function hasFlow(options: FlowOptions<never>): boolean {
  for (const name in FLOW_RULES) if (options[name as keyof FlowOptions] !== undefined) return true;
  return false;
}

/** Checks flow options, and makes the ties of one job. @throws {OptionError} */
export function planFlow(
  options: FlowOptions<never>,
  job: { name: string; input: unknown },
  where: string,
): FlowPlan {
  const keys: OptionKey[] = [];
  const text = keyMaker(keys, job);
  const limits = listOf(options.concurrency).map((entry, i) =>
    limitTie(entry, text, `${where}.concurrency${at(i)}`),
  );
  const rates = listOf(options.rateLimit).map((entry, i) =>
    rateTie(entry, text, `${where}.rateLimit${at(i)}`),
  );
  const group = groupTie(options.group, text, `${where}.group`);
  if (group?.limit !== undefined) limits.push(group.limit);
  if (limits.length > 5)
    throw new OptionError(`${where}.concurrency`, 'must be at most 4 keys', limits.length);
  if (rates.length > 2) throw new OptionError(`${where}.rateLimit`, 'must be at most 2 keys', rates.length);
  const locks = lockTies(options, text, where);
  const { expireIn } = options;
  const ties: { -readonly [K in keyof JobTies]: JobTies[K] } = {};
  if (limits.length > 0) ties.limits = limits;
  if (group !== undefined) ties.group = group.tie;
  if (rates.length > 0) ties.rates = rates;
  if (locks.length > 0) ties.locks = locks;
  if (expireIn !== undefined) ties.deadline = toMs(expireIn, `${where}.expireIn`);
  const onExpired = overdueOf(options, where);
  if (onExpired !== undefined) ties.overdue = onExpired;
  if (options.retention !== undefined) ties.keep = keepTie(options.retention, `${where}.retention`);
  if (options.tags !== undefined) ties.tags = tagsOf(options.tags, where);
  return {
    ties,
    slot: slotOfKeys(keys, where),
    waitMs:
      options.debounce === undefined ? undefined : toMs(options.debounce.wait, `${where}.debounce.wait`),
    refuses: typeof options.unique === 'object' && options.unique.onConflict === 'refuse',
  };
}

/** The key that an option has given. */
interface OptionKey {
  readonly option: string;
  readonly key: string;
}

/** `own`: a key of this job's name; else jobs of all names share it. */
type KeyMaker = (key: JobKey<never> | undefined, option: string, whose: 'own' | 'shared') => string;

/** Makes texts of keys, and remembers them with their options. Without a key: the job's name where jobs share it, else its input. */
function keyMaker(keys: OptionKey[], { name, input }: { name: string; input: unknown }): KeyMaker {
  return (key, option, whose) => {
    const own = (): string => (whose === 'shared' ? name : hashOf(input));
    const made = typeof key === 'function' ? (key as (input: unknown) => unknown)(input) : (key ?? own());
    const problem = keyText(made);
    if (problem !== undefined) throw new OptionError(option, problem, made);
    keys.push({ option, key: made as string });
    return whose === 'shared' ? (made as string) : `${name}:${made as string}`;
  };
}

/** The name of an input that has no key: the first 128 bits of SHA-256 over its JSON. */
function hashOf(input: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(input ?? null))
    .digest('base64url')
    .slice(0, 22);
}

function limitTie(entry: ConcurrencyOptions<never>, text: KeyMaker, where: string): LimitTie {
  checkOnce(entry, LIMIT_RULES, where);
  return [text(entry.key, `${where}.key`, 'shared'), entry.limit ?? 1];
}

function groupTie(
  group: FlowOptions<never>['group'],
  text: KeyMaker,
  where: string,
): { readonly tie: readonly [string, number]; readonly limit: LimitTie | undefined } | undefined {
  if (group === undefined) return undefined;
  const options: GroupOptions<never> = typeof group === 'object' ? group : { key: group };
  checkOnce(options, GROUP_RULES, where);
  if (options.key === undefined) throw new OptionError(`${where}.key`, 'is required', undefined);
  const key = text(options.key, `${where}.key`, 'shared');
  const limit: LimitTie | undefined =
    options.limit === undefined ? undefined : [`group:${key}`, options.limit];
  return { tie: [key, options.weight ?? 1], limit };
}

function rateTie(entry: RateLimitOptions<never>, text: KeyMaker, where: string): RateTie {
  checkOnce(entry, RATE_RULES, where);
  if (entry.limit === undefined) throw new OptionError(`${where}.limit`, 'is required', undefined);
  const perMs = toMs(entry.per, `${where}.per`);
  if (perMs < 1) throw new OptionError(`${where}.per`, 'must be at least 1 ms', entry.per);
  const burst = entry.burst ?? entry.limit;
  return [text(entry.key, `${where}.key`, 'shared'), entry.limit, perMs, burst === 'window' ? 'w' : burst];
}

const LIMIT_RULES: Readonly<Record<string, Rule>> = { key: anything, limit: most };
const GROUP_RULES: Readonly<Record<string, Rule>> = {
  key: anything,
  weight: wholeNumber(1, 100),
  limit: most,
};
const burstRule: Rule = (value) =>
  value === 'window' || most(value) === undefined
    ? undefined
    : 'must be "window" or a whole number from 1 to 100000';

const RATE_RULES: Readonly<Record<string, Rule>> = {
  key: anything,
  limit: most,
  per: anything,
  burst: burstRule,
};

/** Each kind of lock has a prefix of its own, so that a key may serve for several. */
function lockTies(options: FlowOptions<never>, text: KeyMaker, where: string): LockTie[] {
  const { unique, key, keyTtl, debounce, throttle } = options;
  const locks: LockTie[] = [];
  if (unique !== undefined) locks.push(uniqueTie(unique === true ? {} : unique, text, `${where}.unique`));
  if (key !== undefined)
    locks.push([
      `k:${text(key, `${where}.key`, 'own')}`,
      'window',
      toMs(keyTtl ?? DAY_MS, `${where}.keyTtl`),
      'existing',
    ]);
  if (debounce !== undefined)
    locks.push([`d:${text(debounce.key, `${where}.debounce.key`, 'own')}`, 'started', 0, 'replace']);
  if (throttle !== undefined)
    locks.push([
      `t:${text(throttle.key, `${where}.throttle.key`, 'own')}`,
      'window',
      toMs(throttle.per, `${where}.throttle.per`),
      'existing',
    ]);
  const empty = locks.find(([, mode, ms]) => mode === 'window' && ms < 1);
  if (empty !== undefined)
    throw new OptionError(where, 'must have a time of at least 1 ms for its key', empty[2]);
  return locks;
}

const UNIQUE_RULES: Readonly<Record<string, Rule>> = {
  key: anything,
  until: oneOf(['started', 'finished']),
  for: anything,
  onConflict: oneOf(['existing', 'replace', 'refuse']),
};

function uniqueTie(options: UniqueOptions<never>, text: KeyMaker, where: string): LockTie {
  checkOnce(options, UNIQUE_RULES, where);
  const policy = options.onConflict === 'replace' ? 'replace' : 'existing';
  const key = text(options.key, `${where}.key`, 'own');
  if (options.for === undefined) return [`u:${key}`, options.until ?? 'finished', 0, policy];
  if (options.until !== undefined) throw new OptionError(where, 'must have either "until" or "for"', options);
  return [`w:${key}`, 'window', toMs(options.for, `${where}.for`), policy];
}

const LEAST_WAIT_MS = 1000;

function overdueOf({ expireIn, onExpired }: FlowOptions<never>, where: string): JobTies['overdue'] {
  if (onExpired === undefined || onExpired === 'cancel') return undefined;
  if (expireIn === undefined) throw new OptionError(`${where}.onExpired`, 'goes with "expireIn"', onExpired);
  if (onExpired === 'fail') return 'fail';
  if (toMs(expireIn, `${where}.expireIn`) >= LEAST_WAIT_MS) return 'later';
  throw new OptionError(`${where}.expireIn`, 'must be at least 1 s with onExpired: "reschedule"', expireIn);
}

const KEEP_RULES: Readonly<Record<string, Rule>> = { succeededFor: anything, failedFor: anything };

function keepTie(options: KeepOptions, where: string): NonNullable<JobTies['keep']> {
  checkOnce(options, KEEP_RULES, where);
  return [
    keepMs(options.succeededFor, `${where}.succeededFor`),
    keepMs(options.failedFor, `${where}.failedFor`),
  ];
}

function keepMs(value: Duration | undefined, where: string): number {
  return value === undefined ? -1 : toMs(value, where);
}

function tagsOf(tags: readonly string[], where: string): readonly string[] {
  const isTag = shortText(64);
  if (!Array.isArray(tags) || tags.length > 20)
    throw new OptionError(`${where}.tags`, 'must be a list of at most 20 texts', tags);
  tags.forEach((tag, i) => {
    const problem = isTag(tag);
    if (problem !== undefined) throw new OptionError(`${where}.tags[${i}]`, problem, tag);
  });
  return [...new Set<string>(tags)];
}

/** All keys of a job must lie together, or what they guard could not be decided in one place. */
function slotOfKeys(keys: readonly OptionKey[], where: string): number | undefined {
  const [first] = keys;
  if (first === undefined) return undefined;
  const slot = slotOf(first.key);
  const other = keys.find(({ key }) => key !== first.key && slotOf(key) !== slot);
  if (other === undefined) return slot;
  throw new OptionError(
    where,
    `must have keys that lie together; give them the same part in braces, such as "{customer:42}:mail": ${first.option} and ${other.option} differ`,
    [first.key, other.key],
  );
}

/** Options that were checked: those of a contract serve for many jobs. */
const checked = new WeakSet<object>();

function checkOnce(options: object, rules: Readonly<Record<string, Rule>>, where: string): void {
  if (checked.has(options)) return;
  checkOptions(options, rules, where);
  if (Object.isFrozen(options)) checked.add(options);
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const at = (i: number): string => (i === 0 ? '' : `[${i}]`);
