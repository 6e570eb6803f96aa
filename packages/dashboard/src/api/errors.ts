import type { DamagedJob, JobView, PageOptions } from '@linstock/core';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { numberIn } from './call.ts';
import type { ErrorGroup } from './error-groups.ts';
import { ErrorGroups } from './error-groups.ts';
import { whole } from './fields.ts';
import { narrowPage } from './narrow-page.ts';

/** How many of the newest failures are looked at, if nobody says how many, and at most. */
const LOOK_AT = 500;
const MOST = 50_000;
/** So many are read at once: some ms of Redis. */
const PAGE = 500;

/** Some of the newest failures, and where those behind them begin; undefined: there are none. */
interface Failures {
  readonly jobs: readonly (JobView | DamagedJob)[];
  readonly next: string | undefined;
}

/** Groups as many of the newest failures as are asked for. `read`: reads some from a place on. */
async function groupNewest(
  { query, request }: Call,
  groups: ErrorGroups,
  read: (page: Pick<PageOptions, 'limit' | 'cursor'>) => Promise<Failures>,
): Promise<{ readonly groups: ErrorGroup[]; readonly lookedAt: number }> {
  const last = numberIn(query, 'last', { least: 1, most: MOST, otherwise: LOOK_AT });
  let lookedAt = 0;
  let place: Pick<PageOptions, 'cursor'> | undefined = {};
  // A page may have fewer than were asked for, also of many: so many pages are the most that are read.
  for (let left = last; left > 0 && place !== undefined && !request.signal.aborted; left -= PAGE) {
    const { jobs, next }: Failures = await read({ limit: Math.min(PAGE, left), ...place });
    for (const job of jobs) if (!('damaged' in job)) groups.add(job);
    lookedAt += jobs.length;
    place = next === undefined ? undefined : { cursor: next };
  }
  return { groups: groups.list(), lookedAt };
}

async function list(call: Call, { monitor }: Parts): Promise<unknown> {
  let total = 0;
  const found = await groupNewest(call, new ErrorGroups(), async (page) => {
    const failures = await monitor.page({ state: 'failed', ...page });
    ({ total } = failures);
    return failures;
  });
  return { ...found, total };
}

/** Of those failures that somebody may see. How many there are in all is not told. */
const narrowList: Narrow = async (call, parts, allows) => {
  const viewer = { user: call.user, allows };
  const found = await groupNewest(call, new ErrorGroups({ isByQueue: true }), (page) =>
    narrowPage(parts, { state: 'failed', ...page }, viewer),
  );
  return { ...found, total: found.lookedAt };
};

export const ERROR_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/errors',
    permission: 'read',
    summary: 'The newest failures, in groups.',
    query: {
      last: whole('How many of the newest failures are looked at, 1 to 50,000; 500 unless it is said.'),
    },
    answer: '{ groups, total, lookedAt }',
    handle: list,
    narrow: narrowList,
  },
];
