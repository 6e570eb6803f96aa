import type { DamagedJob, JobPage, JobView, PageOptions } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import { onlyAllowed } from '../auth/allowed.ts';
import type { Parts } from './call.ts';

/** After so many jobs a page ends, whatever it has found: some ten ms of Redis. */
const MOST_LOOKED = 1500;
const MOST_LOOKS = 10;
/** What its cursors are for. */
const ABOUT = 'jobs';

/** Those jobs that somebody may see. Of a damaged one nobody knows whose it is. */
export async function allowedJobs(
  jobs: readonly (JobView | DamagedJob)[],
  allows: Allows,
): Promise<readonly JobView[]> {
  const whole = jobs.filter((job): job is JobView => !('damaged' in job));
  return onlyAllowed(whole, ({ id, queue, name }) => ({ id, queue, name }), allows);
}

/**
 * A page of what somebody may see of a list. It is made of whole pages of the list, as many as fit and are not too much to look
 * at, so it may have fewer rows than were asked for, or none; nothing tells how many others there are.
 */
export async function narrowPage(
  { monitor, seal }: Pick<Parts, 'monitor' | 'seal'>,
  options: PageOptions,
  allows: Allows,
): Promise<{ readonly jobs: readonly JobView[]; readonly next: JobPage['next'] }> {
  const { offset = 0, limit = 50, cursor: sealed, ...which } = options;
  if (offset > 0)
    throw new OptionError('offset', 'is not there in a list that is narrowed: use cursor', offset);
  const looks = Math.min(MOST_LOOKS, Math.ceil(MOST_LOOKED / limit));
  const jobs: JobView[] = [];
  let next = sealed === undefined ? undefined : seal.open(sealed, ABOUT);
  for (let look = 0; look < looks; look++) {
    const page = await monitor.page({ ...which, limit, ...(next !== undefined && { cursor: next }) });
    const own = await allowedJobs(page.jobs, allows);
    if (jobs.length + own.length > limit) break;
    jobs.push(...own);
    next = page.next;
    if (next === undefined) break;
  }
  return { jobs, next: next && seal.close(next, ABOUT) };
}
