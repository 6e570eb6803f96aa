import type { JobView } from '@linstock/core';
import type { JobCause } from '@linstock/core/internal';
import { causeOf } from '@linstock/core/internal';

/** Failures of one kind. */
export interface ErrorGroup {
  readonly key: string;
  readonly job: string;
  readonly error: string;
  readonly message: string;
  /** How each of them failed. */
  readonly cause: JobCause['cause'];
  /** The first line of the stack that is not of a library. */
  readonly frame: string | undefined;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** The newest one. */
  readonly sample: string;
  /** The one queue that all of them are in, in a list that is narrowed: there a change of them must name it. */
  readonly queue?: string | undefined;
  /** How many there were in each of equal parts of the time from the first failure of all groups to the last one. */
  readonly spread: readonly number[];
}

/** Parts of the time that a group is spread over. */
const PARTS = 24;
/** A group that may grow: `times` are when its jobs failed. */
type Growing = Omit<ErrorGroup, 'spread'> & { readonly times: number[] };

/** Puts failed jobs into groups, page by page: of each job only its time is kept. */
export class ErrorGroups {
  readonly #groups = new Map<string, Growing>();
  /** In a narrowed list a group is of one queue: there a change of them must name it. */
  readonly #isByQueue: boolean;

  constructor({ isByQueue = false } = {}) {
    this.#isByQueue = isByQueue;
  }

  /** Adds a job by its name, the class of the error, and where it was thrown. */
  add(job: JobView): void {
    const { cause, name: error, message, frame } = causeOf(job);
    const queue = this.#isByQueue ? { queue: job.queue } : {};
    const key = [...Object.values(queue), job.name, cause, error, frame ?? shapeOf(message)].join('\n');
    const at = job.history.at(-1)?.endedAt ?? job.createdAt;
    const known = this.#groups.get(key);
    const times = known?.times ?? [];
    times.push(at);
    this.#groups.set(key, {
      ...(known ?? { key, job: job.name, error, cause, message, frame, sample: job.id, ...queue }),
      count: times.length,
      firstAt: Math.min(known?.firstAt ?? at, at),
      lastAt: Math.max(known?.lastAt ?? at, at),
      times,
    });
  }

  /** All groups, the largest first. */
  list(): ErrorGroup[] {
    const groups = [...this.#groups.values()];
    const from = Math.min(...groups.map(({ firstAt }) => firstAt));
    const to = Math.max(...groups.map(({ lastAt }) => lastAt));
    return groups
      .map(({ times, ...group }) => ({ ...group, spread: spreadOf(times, from, to) }))
      .toSorted((a, b) => b.count - a.count || b.lastAt - a.lastAt);
  }
}

/** Groups of some jobs. Pure. */
export function groupErrors(jobs: Iterable<JobView>): ErrorGroup[] {
  const groups = new ErrorGroups();
  for (const job of jobs) groups.add(job);
  return groups.list();
}

function spreadOf(times: readonly number[], from: number, to: number): number[] {
  const parts = Array.from({ length: PARTS }, () => 0);
  for (const at of times) {
    const part =
      to === from ? PARTS - 1 : Math.min(PARTS - 1, Math.floor((PARTS * (at - from)) / (to - from)));
    parts[part] = (parts[part] ?? 0) + 1;
  }
  return parts;
}

/** A message without what differs from job to job: numbers, ids, what is quoted. */
function shapeOf(message: string): string {
  return message
    .slice(0, 500)
    .replaceAll(/"[^"]*"|'[^']*'/g, '"…"')
    .replaceAll(/\b[0-9a-f-]{8,}\b/gi, '…')
    .replaceAll(/\d+/g, '…');
}
