import type { HistoryEntry, JobErrorView, JobView } from './store/job-reader.ts';
import type { PendingParent } from './store/why-parents.ts';
import type { JobFacts, RunningFacts, WaitingFacts } from './store/why-reader.ts';
import type { DelayCause, WhyReason } from './why-reason.ts';
import { instant, some } from './why-text.ts';
import { deadlinePassed, isUnserved, whatHolds, whoServes } from './why-waiting.ts';

/** Reasons, the most decisive one first. */
export type WhyReasons = readonly [WhyReason, ...WhyReason[]];

const UNKNOWN_MESSAGE =
  'what Redis holds does not explain it; if it stays so, it is a bug: report it with the output of `job show`';

/** Why a job is not running, from what Redis knows. It decides, and asks nobody. */
export function explain(facts: JobFacts): WhyReasons {
  switch (facts.kind) {
    case 'missing':
      return [
        {
          code: 'NOT_FOUND',
          message: 'there is no such job: the id is wrong, it was deleted, or retention removed it',
        },
      ];
    case 'damaged':
      return [damaged(facts.quarantinedAt)];
    case 'unreadable':
      return [unreadable(facts.problem)];
    case 'ended':
      return [ended(facts.job)];
    case 'running':
      return [running(facts)];
    case 'awaiting':
      return first([...deadlinePassed(facts), awaiting(facts)]);
    case 'waiting':
      return facts.job.state === 'scheduled' ? scheduled(facts) : first(whatHolds(facts));
  }
}

function first([reason, ...others]: readonly WhyReason[]): WhyReasons {
  return [
    reason ?? { code: 'UNKNOWN', because: 'NOTHING', detail: undefined, message: UNKNOWN_MESSAGE },
    ...others,
  ];
}

function unreadable(detail: string): WhyReason {
  const message = `a key that belongs to it holds something else: ${detail}`;
  return { code: 'UNKNOWN', because: 'UNREADABLE', detail, message };
}

function damaged(quarantinedAt: number | undefined): WhyReason {
  const message =
    quarantinedAt === undefined
      ? 'its record cannot be read; the worker that meets it sets it aside'
      : `its record cannot be read, and was set aside at ${new Date(quarantinedAt).toISOString()}`;
  return { code: 'DAMAGED', quarantinedAt, message };
}

function ended(job: JobView): WhyReason {
  const last = job.history.findLast(
    ({ what }) => what === 'succeeded' || what === 'failed' || what === 'cancelled' || what === 'rescued',
  );
  const endedAt = last?.endedAt ?? 0;
  const at = new Date(endedAt).toISOString();
  if (job.state === 'succeeded')
    return { code: 'SUCCEEDED', endedAt, worker: last?.worker, message: `it has succeeded at ${at}` };
  if (job.state === 'cancelled') return cancelled(last, at);
  const isPoison = last?.what === 'rescued';
  const { attempt, error } = job;
  const cause = isPoison
    ? 'its workers died with it too often (poison)'
    : (error?.message ?? 'no error was written down');
  const message = `it has failed at ${at}, in attempt ${attempt}: ${cause}. A requeue runs it again`;
  return { code: 'FAILED', endedAt, attempt, error: isPoison ? undefined : error, isPoison, message };
}

function cancelled(last: HistoryEntry | undefined, at: string): WhyReason {
  const { by, why, reason, parent, state } = detailOf(last);
  const common = { code: 'CANCELLED', endedAt: last?.endedAt ?? 0 } as const;
  const nobody = { by: undefined, why: undefined, parent: undefined };
  if (reason === 'PARENT_ENDED') {
    const how = ENDS[state ?? ''] ?? 'has ended';
    const message = `it was cancelled at ${at}: it waited for job ${parent ?? '(unknown)'}, which ${how}`;
    return { ...common, ...nobody, cause: 'PARENT_ENDED', parent, message };
  }
  if (reason === 'EXPIRED')
    return {
      ...common,
      ...nobody,
      cause: 'EXPIRED',
      message: `it was cancelled at ${at}: its deadline had passed when it was to start`,
    };
  const whom = by === undefined ? 'it is not known by whom' : `by ${by}`;
  const message = `it was cancelled at ${at}, ${whom}${why === undefined ? '' : `: ${why}`}`;
  return { ...common, cause: causeOf(last, by), by, why, parent: undefined, message };
}

/** A line of a worker has an attempt; one of a person has none. */
function causeOf(
  last: HistoryEntry | undefined,
  by: string | undefined,
): 'person' | 'handler' | 'worker' | 'unknown' {
  if (last === undefined || by === undefined) return 'unknown';
  if (last.attempt === undefined) return 'person';
  return by === 'handler' || by === 'worker' ? by : 'unknown';
}

/** How a parent ended that made its child impossible, by its letter. */
const ENDS: Readonly<Record<string, string>> = {
  D: 'has succeeded',
  F: 'has failed',
  C: 'was cancelled',
  X: 'is gone: it was deleted, or its record was damaged',
};

function running({ job, now, isOpen, leaseExpiresAt, info }: RunningFacts): WhyReason {
  const worker = job.worker ?? '';
  if (!isOpen)
    return {
      code: 'UNKNOWN',
      because: 'NOT_HELD',
      detail: worker,
      message: `it is marked as running on worker ${worker}, which does not hold it. ${UNKNOWN_MESSAGE}`,
    };
  // The id's time is by the producer's clock, which may be ahead.
  const claimedAfter = Math.min(now, job.history.at(-1)?.endedAt ?? job.createdAt);
  const isWorkerAlive = leaseExpiresAt !== undefined && leaseExpiresAt > now;
  const { attempt, startedAt } = job;
  const since =
    startedAt === undefined
      ? `; it took it after ${instant(claimedAfter, now)}`
      : `, which began at ${instant(startedAt, now)}`;
  const where = info === undefined ? '' : ` (${info.host}, process ${info.pid})`;
  const leaseEndedAt = isWorkerAlive ? undefined : leaseExpiresAt;
  const when = leaseEndedAt === undefined ? '' : ` at ${instant(leaseEndedAt, now)}`;
  const message = isWorkerAlive
    ? `worker ${worker}${where} has it, in attempt ${attempt}${since}`
    : `worker ${worker}${where} had it, and its lease has ended${when}: it goes back to its queue at the next sweep of a living worker`;
  return {
    code: 'RUNNING',
    worker,
    host: info?.host,
    pid: info?.pid,
    attempt,
    claimedAfter,
    startedAt,
    isWorkerAlive,
    leaseEndedAt,
    message,
  };
}

function awaiting(facts: JobFacts & { readonly kind: 'awaiting' }): WhyReason {
  const { parents, isDraft, inMs } = facts;
  const list = some(parents.map(parentText), parents.length, 5);
  const draft = isDraft ? 'the batch that it belongs to is not complete' : '';
  const waits = parents.length === 0 ? '' : `it waits for ${list}`;
  const message = [draft, waits].filter((text) => text !== '').join('; ') || UNKNOWN_MESSAGE;
  return { code: 'AWAITING_PARENTS', parents, isDraft, inMs, message };
}

const VERBS = { succeeded: 'succeed', failed: 'fail', cancelled: 'be cancelled' } as const;

function parentText({ id, on, state, pending, total }: PendingParent): string {
  const wanted = on.length === 3 ? 'to end' : `to ${on.map((end) => VERBS[end]).join(' or ')}`;
  const progress =
    pending === undefined || total === undefined ? '' : `, ${pending} of ${total} jobs pending`;
  const hope = state === 'failed' && !on.includes('failed') ? ': requeue it' : '';
  return `${id} ${wanted} (${state === 'batch' ? 'a batch' : `it is ${state}`}${progress}${hope})`;
}

/** Words of a reason's line by why the job waits. */
const DELAYS: Readonly<Record<string, string>> = {
  DELAY: 'it was delayed',
  DEBOUNCE: 'it waits whether others with its key come',
  RETRY: 'its last attempt failed',
  RESCHEDULED: 'somebody gave it another time',
  SNOOZED: 'its handler put it off',
  NO_HANDLER: 'the worker that took it had no handler for its name',
  NEWER_VERSION: 'the worker that took it knows only older versions of it',
  PAYLOAD_NOT_DECRYPTED: 'the worker that took it has not the key of its payload',
  PAYLOAD_CODEC_UNKNOWN: 'the worker that took it cannot read how its payload is stored',
};

function scheduled(facts: WaitingFacts): WhyReasons {
  const { job, now } = facts;
  const isOverdue = job.dueAt !== undefined && job.dueAt <= now;
  const { because, error, why } = delayOf(facts);
  const detail = error?.message ?? why;
  const due = job.dueAt === undefined ? 'its time is not known' : `due at ${instant(job.dueAt, now)}`;
  const late = isOverdue ? '; a worker moves it to its queue when it looks next' : '';
  const said = `${DELAYS[because] ?? because}${detail === undefined ? '' : `: ${detail}`}`;
  const reason: WhyReason = {
    code: 'SCHEDULED',
    dueAt: job.dueAt,
    isOverdue,
    because,
    error,
    why,
    message: `${due}, because ${said}${late}`,
  };
  const behind = isOverdue ? whatHolds(facts).filter(({ code }) => code !== 'DEADLINE_PASSED') : [];
  const unserved = !isOverdue && because === 'NO_HANDLER' ? whoServes(facts).filter(isUnserved) : [];
  return first([...deadlinePassed(facts), reason, ...behind, ...unserved]);
}

interface Delay {
  readonly because: DelayCause;
  readonly error: JobErrorView | undefined;
  readonly why: string | undefined;
}

/** The last thing that gave the job its time. */
function delayOf({ job, ties }: WaitingFacts): Delay {
  const last = job.history.findLast(
    ({ what }) => what === 'retried' || what === 'deferred' || what === 'rescheduled',
  );
  const { reason, by, why } = detailOf(last);
  if (last === undefined) {
    const isDebounced = ties.locks?.some(([key]) => key.startsWith('d:')) === true;
    return { because: isDebounced ? 'DEBOUNCE' : 'DELAY', error: undefined, why: undefined };
  }
  if (last.what === 'retried') return { because: 'RETRY', error: job.error, why: undefined };
  if (last.what === 'deferred') return { because: reason ?? 'DEFERRED', error: undefined, why };
  const said = [by, why].filter((text) => text !== undefined).join(': ');
  return { because: 'RESCHEDULED', error: undefined, why: said === '' ? undefined : said };
}

type Detail = Readonly<Record<'by' | 'why' | 'reason' | 'parent' | 'state', string | undefined>>;

function detailOf(entry: HistoryEntry | undefined): Detail {
  const detail = (typeof entry?.detail === 'object' && entry.detail !== null ? entry.detail : {}) as Record<
    string,
    unknown
  >;
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  return {
    by: text(detail['by']),
    why: text(detail['why']),
    reason: text(detail['reason']),
    parent: text(detail['parent']),
    state: text(detail['state']),
  };
}
