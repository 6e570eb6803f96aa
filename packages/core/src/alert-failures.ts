import { fitsName } from './name-pattern.ts';
import { KEY } from './redis/keys.ts';
import type { Shard } from './shard-set.ts';
import type { StoredAlert } from './store/alert-records.ts';
import type { FailedKind } from './store/failure-counts.ts';
import { MOST_COUNTED } from './store/failure-counts.ts';

/**
 * Failed jobs that one look reads of a shard, the newest, however many alerts ask: some 60 ms of Redis, in steps of 3 ms. Where more
 * have failed within the time of an alert, what is found of a queue or a name is the least that it can be.
 */
const MOST_READ = 20_000;

/** What has failed within a time. */
interface Failed {
  readonly total: number;
  /** By queue and name; empty when no alert asks. An entry may be there more than once. */
  readonly kinds: readonly FailedKind[];
}

/** By the time in ms: on each shard. */
export type Failures = ReadonlyMap<number, readonly Failed[]>;

type Asking = Pick<StoredAlert, 'kind' | 'withinMs' | 'queue' | 'jobName'>;

/** A time that alerts ask for. */
interface Span {
  readonly withinMs: number;
  /** Whether one of them is about a queue or a name. */
  readonly isNarrow: boolean;
}

const isNarrow = ({ queue, jobName }: Asking): boolean => (queue ?? jobName) !== undefined;

/** Reads what alerts of failures ask for: those that are still failed, for what a person runs again, or deletes, counts no more. */
export async function readFailures(
  shards: readonly Shard[],
  alerts: readonly Asking[],
  now: number,
): Promise<Failures> {
  const spans = spansOf(alerts);
  const found = await Promise.all(shards.map((shard) => readShard(shard, spans, now)));
  return new Map(
    spans.map(({ withinMs }, i) => [withinMs, found.flatMap((shard) => shard.slice(i, i + 1))] as const),
  );
}

/** How many of them an alert is about. Pure. */
export function failuresOf(alert: Asking, failures: Failures): number {
  const { queue, jobName } = alert;
  const found = failures.get(alert.withinMs ?? 0) ?? [];
  const counts = isNarrow(alert)
    ? found.flatMap(({ kinds }) =>
        kinds.filter(
          (kind) =>
            (queue === undefined || kind.queue === queue) &&
            (jobName === undefined || fitsName(kind.name, jobName)),
        ),
      )
    : found.map(({ total }) => ({ count: total }));
  return counts.reduce((sum, { count }) => sum + count, 0);
}

/** The shortest first. */
function spansOf(alerts: readonly Asking[]): readonly Span[] {
  const asked = alerts.filter(({ kind }) => kind === 'failures');
  const times = [...new Set(asked.map(({ withinMs = 0 }) => withinMs))].toSorted((a, b) => a - b);
  return times.map((time) => ({
    withinMs: time,
    isNarrow: asked.some((alert) => alert.withinMs === time && isNarrow(alert)),
  }));
}

/** A longer time goes on where a shorter one has ended: each job is read once. */
async function readShard(shard: Shard, spans: readonly Span[], now: number): Promise<readonly Failed[]> {
  const { connection, prefix, queues } = shard;
  const totals = await Promise.all(
    spans.map(({ withinMs }) => connection.redis.zcount(prefix + KEY.failed, `(${now - withinMs}`, '+inf')),
  );
  const found: Failed[] = [];
  const kinds: FailedKind[] = [];
  let read = 0;
  for (const [i, span] of spans.entries()) {
    const total = totals[i] ?? 0;
    const most = span.isNarrow ? Math.min(total, MOST_READ) : 0;
    while (read < most) {
      const step = Math.min(most - read, MOST_COUNTED);
      kinds.push(...(await queues.count(read, step)));
      read += step;
    }
    found.push({ total, kinds: span.isNarrow ? [...kinds] : [] });
  }
  return found;
}
