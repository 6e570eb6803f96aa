import type { JobView } from '@linstock/core';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { narrowPage } from './narrow-page.ts';

/** Failures of one kind. */
export interface ErrorGroup {
  readonly key: string;
  readonly job: string;
  readonly error: string;
  readonly message: string;
  /** How each of them failed: by an error, with a worker that died, or in another way, which no error tells. */
  readonly cause: 'error' | 'poison' | 'other';
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
/** How many of the newest failures are looked at. */
const LOOK_AT = 500;

/** Groups failed jobs by their name, the class of the error, and where it was thrown; the largest group first. Pure. */
export function groupErrors(jobs: readonly JobView[]): ErrorGroup[] {
  const groups = new Map<string, Omit<ErrorGroup, 'spread'>>();
  const times = new Map<string, number[]>();
  for (const job of jobs) {
    const { cause, name: error, message, frame } = causeOf(job);
    const key = [job.name, cause, error, frame ?? shapeOf(message)].join('\n');
    const at = job.history.at(-1)?.endedAt ?? job.createdAt;
    const known = groups.get(key);
    groups.set(key, {
      key,
      job: job.name,
      error,
      cause,
      message: known?.message ?? message,
      frame,
      count: (known?.count ?? 0) + 1,
      firstAt: Math.min(known?.firstAt ?? at, at),
      lastAt: Math.max(known?.lastAt ?? at, at),
      sample: known?.sample ?? job.id,
    });
    times.set(key, [...(times.get(key) ?? []), at]);
  }
  const all = [...times.values()].flat();
  const [from, to] = [Math.min(...all), Math.max(...all)];
  return [...groups.values()]
    .map((group) => ({ ...group, spread: spreadOf(times.get(group.key) ?? [], from, to) }))
    .toSorted(largestFirst);
}

const largestFirst = (a: ErrorGroup, b: ErrorGroup): number => b.count - a.count || b.lastAt - a.lastAt;

function spreadOf(times: readonly number[], from: number, to: number): number[] {
  const parts = Array.from({ length: PARTS }, () => 0);
  for (const at of times) {
    const part =
      to === from ? PARTS - 1 : Math.min(PARTS - 1, Math.floor((PARTS * (at - from)) / (to - from)));
    parts[part] = (parts[part] ?? 0) + 1;
  }
  return parts;
}

type Cause = Pick<ErrorGroup, 'cause' | 'message' | 'frame'> & { readonly name: string };

/** What a job failed by, in words. */
export function causeOf({ state, error, history }: JobView): Cause {
  if (error !== undefined)
    return { cause: 'error', name: error.name, message: error.message, frame: frameOf(error.stack) };
  if (state === 'failed' && history.at(-1)?.what === 'rescued')
    return { cause: 'poison', name: 'Poison', message: 'its workers died with it', frame: undefined };
  return { cause: 'other', name: 'Unknown', message: '', frame: undefined };
}

function frameOf(stack: string | undefined): string | undefined {
  const lines = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = lines.find((line) => !line.includes('node_modules') && !line.includes('node:'));
  return (own ?? lines[0])?.trim().slice(0, 300);
}

/** A message without what differs from job to job: numbers, ids, what is quoted. */
function shapeOf(message: string): string {
  return message
    .slice(0, 500)
    .replaceAll(/"[^"]*"|'[^']*'/g, '"…"')
    .replaceAll(/\b[0-9a-f-]{8,}\b/gi, '…')
    .replaceAll(/\d+/g, '…');
}

async function list(_: Call, { monitor }: Parts): Promise<unknown> {
  const { jobs, total } = await monitor.page({ state: 'failed', limit: LOOK_AT });
  const views = jobs.filter((job): job is JobView => !('damaged' in job));
  return { groups: groupErrors(views), total, lookedAt: jobs.length };
}

/** Of those failures that somebody may see, a group is of one queue. How many there are in all is not told. */
const narrowList: Narrow = async ({ user }, parts, allows) => {
  const { jobs } = await narrowPage(parts, { state: 'failed', limit: LOOK_AT }, { user, allows });
  const queues = [...new Set(jobs.map(({ queue }) => queue))];
  const groups = queues.flatMap((queue) =>
    groupErrors(jobs.filter((job) => job.queue === queue)).map((group) => ({
      ...group,
      key: `${queue}\n${group.key}`,
      queue,
    })),
  );
  return { groups: groups.toSorted(largestFirst), total: jobs.length, lookedAt: jobs.length };
};

export const ERROR_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/errors',
    permission: 'read',
    summary: 'The newest failures, in groups.',
    answer: '{ groups, total, lookedAt }',
    handle: list,
    narrow: narrowList,
  },
];
