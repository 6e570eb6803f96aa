import type { JobView } from '@linstock/core';
import type { JobSearch } from '@linstock/core/internal';
import { searchSteps } from '@linstock/core/internal';
import type { Allows } from '../auth/allowed.ts';
import type { Sealed } from '../auth/seal.ts';
import type { Narrow, Parts } from './call.ts';
import { NARROW_SILENT_MS, placeIn } from './narrow-list.ts';
import { allowedJobs } from './narrow-page.ts';
import { askedSearch, MOST_HITS } from './search-query.ts';
import { streamLines } from './stream-texts.ts';

interface NarrowSearch {
  readonly wanted: JobSearch;
  readonly allows: Allows;
  /** What its cursors are for. */
  readonly about: Sealed;
  /** From where it goes on; empty: the beginning. */
  readonly from: string;
}

/** A search that finds, counts and tells of nothing but what somebody may see. */
export const narrowSearch: Narrow = ({ query, request, user }, parts, allows) => {
  const cursor = query.get('cursor') ?? '';
  const about = { list: 'search', user: user?.name, which: query.get('q') };
  const from = cursor === '' ? '' : parts.seal.open(cursor, about);
  const lines = linesOf(parts, { wanted: askedSearch(query, Date.now()), allows, about, from });
  return streamLines(lines, request);
};

async function* linesOf(
  { monitor, seal }: Pick<Parts, 'monitor' | 'seal'>,
  { wanted, allows, about, from }: NarrowSearch,
): AsyncGenerator<object, undefined> {
  // From where the search goes on, and how many of the hits that it finds there were told.
  let [passed, cursor] = placeIn(from);
  let [found, saidAt, hits]: [number, number, JobView[]] = [0, Date.now(), []];
  const line = (more: object = {}): object => {
    const told = { hits, looked: found, total: found, ...more };
    [saidAt, hits] = [Date.now(), []];
    return told;
  };
  // All that match are changed at once only in a queue that somebody may see.
  const end = { done: true, ...(wanted.filter?.queue !== undefined && { filter: wanted.filter }) };
  for await (const step of searchSteps(monitor, wanted, cursor)) {
    const own = (await allowedJobs(step.hits, allows)).slice(passed);
    const taken = own.slice(0, MOST_HITS - found);
    hits.push(...taken);
    found += taken.length;
    if (taken.length < own.length) {
      yield line({ ...end, cursor: seal.close(`${passed + taken.length} ${cursor}`, about) });
      return;
    }
    [passed, cursor] = [0, step.cursor];
    if (Date.now() - saidAt >= NARROW_SILENT_MS) yield line();
  }
  yield line(end);
}
