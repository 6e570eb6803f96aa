import type { Failures } from './alert-failures.ts';
import { failuresOf, readFailures } from './alert-failures.ts';
import type { MissedTicks } from './missed-ticks.ts';
import { judgeMissed, readMissedTicks } from './missed-ticks.ts';
import type { Shard } from './shard-set.ts';
import type { AlertView } from './store/alert-records.ts';
import type { Finding } from './store/alert-store.ts';
import { readOldest } from './store/oldest-reader.ts';
import type { QueueView } from './store/queue-reader.ts';
import { mergeQueues, readQueues } from './store/queue-reader.ts';
import { readWorkers } from './store/worker-reader.ts';

/** What a look has found of one alert. */
type Found = Pick<Finding, 'isOver' | 'value' | 'about'>;

/** What alerts look at. */
export interface AlertFacts {
  readonly shards: readonly [Shard, ...Shard[]];
  /** The clock of Redis, ms since 1970. */
  readonly now: number;
  /** With what waits in them, or undefined when no alert asks. */
  readonly queues: readonly QueueView[];
  /** Queues that a live worker takes. */
  readonly served: ReadonlySet<string>;
  readonly failures: Failures;
  /** Of recurring jobs; nothing when no alert asks. */
  readonly missed: MissedTicks;
}

const NOTHING_MISSED: MissedTicks = { overdue: undefined, passed: [] };

/** What is found of each alert that is switched on. Throws when something cannot be read: then nothing is known. */
export async function findAlerts(
  shards: readonly [Shard, ...Shard[]],
  alerts: readonly AlertView[],
): Promise<Finding[]> {
  const asked = alerts.filter(({ enabled }) => enabled);
  const [now, queues, served] = await Promise.all([
    shards[0].recurring.now(),
    asked.some(({ kind }) => kind !== 'failures' && kind !== 'missed') ? readAllQueues(shards) : [],
    readServed(shards[0]),
  ]);
  const missed = asked.some(({ kind }) => kind === 'missed')
    ? await readMissedTicks(shards, now)
    : NOTHING_MISSED;
  const failures = await readFailures(shards, asked, now);
  const facts = { shards, now, queues, served: served(now), failures, missed };
  return Promise.all(
    asked.map(async (alert) => ({
      id: alert.id,
      version: alert.version,
      ...(await findOne(alert, facts)),
    })),
  );
}

async function readAllQueues(shards: readonly Shard[]): Promise<QueueView[]> {
  return mergeQueues(await Promise.all(shards.map(readQueues)));
}

async function readServed(home: Shard): Promise<(now: number) => Set<string>> {
  const workers = await readWorkers(home);
  return (now) =>
    new Set(
      workers.flatMap(({ leaseExpiresAt, info }) => (leaseExpiresAt > now ? (info?.queues ?? []) : [])),
    );
}

async function findOne(alert: AlertView, facts: AlertFacts): Promise<Found> {
  const { kind, count = 0, ageMs = 0 } = alert;
  switch (kind) {
    case 'failures': {
      const value = failuresOf(alert, facts.failures);
      return { value, isOver: value > count, about: alert.queue ?? alert.jobName ?? '' };
    }
    case 'backlog':
      return judgeBacklog(alert, facts.queues);
    case 'no-worker':
      return judgeService(alert, facts);
    case 'oldest': {
      const { value, about } = await findOldest(alert, facts);
      return { value, about, isOver: value > ageMs };
    }
    case 'missed':
      return judgeMissed(facts.missed, ageMs);
  }
}

const own = (queue: string | undefined, queues: readonly QueueView[]): readonly QueueView[] =>
  queue === undefined ? queues : queues.filter(({ name }) => name === queue);

/** Pure. */
export function judgeBacklog({ queue, count = 0 }: AlertView, queues: readonly QueueView[]): Found {
  const asked = own(queue, queues);
  const value = asked.reduce((sum, { enqueued }) => sum + enqueued, 0);
  return { value, isOver: value > count, about: deepest(asked)?.name ?? queue ?? '' };
}

/** Whether jobs wait that nobody takes; for all queues also whether nobody is there. Pure. */
export function judgeService(
  { queue }: AlertView,
  { queues, served }: Pick<AlertFacts, 'queues' | 'served'>,
): Found {
  const left = own(queue, queues).filter(({ name, enqueued }) => enqueued > 0 && !served.has(name));
  const value = left.reduce((sum, { enqueued }) => sum + enqueued, 0);
  const isEmpty = queue === undefined && served.size === 0;
  return {
    value,
    isOver: value > 0 || isEmpty,
    about: queue ?? (isEmpty ? '' : (deepest(left)?.name ?? '')),
  };
}

function deepest(queues: readonly QueueView[]): QueueView | undefined {
  return queues.toSorted((a, b) => b.enqueued - a.enqueued)[0];
}

async function findOldest(
  { queue }: AlertView,
  { shards, queues, now }: AlertFacts,
): Promise<Omit<Found, 'isOver'>> {
  // Also of those in whose lists nothing waits: what is due and in no list yet belongs to one of them.
  const names = own(queue, queues).map(({ name }) => name);
  const all = await Promise.all(shards.map((shard) => readOldest(shard, names)));
  const [oldest] = all.filter((job) => job !== undefined).toSorted((a, b) => a.since - b.since);
  if (oldest === undefined) return { value: 0, about: queue ?? '' };
  return { value: Math.max(0, now - oldest.since), about: oldest.queue };
}
