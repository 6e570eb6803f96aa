import type { DamagedJob, JobPage, JobView, PageOptions } from '@linstock/core';
import { OptionError } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import { onlyAllowed } from '../auth/allowed.ts';
import type { User } from '../auth/user.ts';
import type { Parts } from './call.ts';
import { findNarrowed, NARROW_CHUNK } from './narrow-list.ts';

/** Those jobs that somebody may see. Of a damaged one nobody knows whose it is. */
export async function allowedJobs(
  jobs: readonly (JobView | DamagedJob)[],
  allows: Allows,
): Promise<readonly JobView[]> {
  const whole = jobs.filter((job): job is JobView => !('damaged' in job));
  return onlyAllowed(whole, ({ id, queue, name }) => ({ id, queue, name }), allows);
}

/** Who looks, and what they may see. */
interface Viewer {
  readonly user: User | undefined;
  readonly allows: Allows;
}

/** A page of what somebody may see of a list; nothing tells how many others there are. */
export async function narrowPage(
  { monitor, seal }: Pick<Parts, 'monitor' | 'seal'>,
  options: PageOptions,
  { user, allows }: Viewer,
): Promise<{ readonly jobs: readonly JobView[]; readonly next: JobPage['next'] }> {
  const { offset = 0, limit = 50, cursor: sealed, ...which } = options;
  if (offset > 0)
    throw new OptionError('offset', 'is not there in a list that is narrowed: use cursor', offset);
  const about = { list: 'jobs', user: user?.name, which };
  const read = async (cursor: string) => {
    const page = await monitor.page({ ...which, limit: NARROW_CHUNK, ...(cursor !== '' && { cursor }) });
    const { jobs: entries, next } = page;
    return { entries, passed: Math.max(0, NARROW_CHUNK - entries.length), next };
  };
  const choose = (jobs: readonly (JobView | DamagedJob)[]) => allowedJobs(jobs, allows);
  const from = sealed === undefined ? '' : seal.open(sealed, about);
  const { rows, next } = await findNarrowed({ read, choose, limit }, from);
  return { jobs: rows, next: next && seal.close(next, about) };
}
