import type { BulkFilter } from '../bulk-request.ts';
import type { JobState } from '../job/states.ts';
import { JOB_STATES, STATE_LETTERS } from '../job/states.ts';
import type { StoredFilter } from './operation-store.ts';

/** What the jobs of an operation have in common; ages as instants. */
export type FilterView = Omit<BulkFilter, 'olderThan' | 'newerThan'> & {
  readonly olderThan?: Date;
  readonly newerThan?: Date;
};

/** What the JSON of an error begins with, before its name. */
export const ERROR_BEGINS = '{"name":';

const STATE_OF = new Map<string, JobState>(JOB_STATES.map((state) => [STATE_LETTERS[state], state]));

/** What a stored filter names. */
export function filterView(filter: StoredFilter): FilterView {
  const { queue, name, tag, batch, selection, query, before, after, error, errorName, poison } = filter;
  return {
    state: STATE_OF.get(filter.state) ?? 'failed',
    ...(queue !== undefined && { queue }),
    ...(name !== undefined && { name }),
    ...(tag !== undefined && { tag }),
    ...(batch !== undefined && { batch }),
    ...(selection !== undefined && { selection }),
    ...(query !== undefined && { query }),
    ...(before !== undefined && { olderThan: new Date(before) }),
    ...(after !== undefined && { newerThan: new Date(after) }),
    ...(error !== undefined &&
      error !== errorName &&
      poison !== true && { errorContains: JSON.parse(`"${error}"`) as string }),
    ...(errorName !== undefined && { errorName: JSON.parse(errorName.slice(ERROR_BEGINS.length)) as string }),
    ...(poison === true && { poison }),
  };
}
