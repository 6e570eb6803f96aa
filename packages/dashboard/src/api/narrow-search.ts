import type { JobView } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import type { Sealed } from '../auth/seal.ts';
import type { Narrow, Parts } from './call.ts';
import { allowedJobs } from './narrow-page.ts';
import type { SearchQuery } from './search-query.ts';
import { askedSearch } from './search-query.ts';
import { searchSteps, streamTexts } from './search-steps.ts';

const MOST_HITS = 200;
/** So long it may say nothing: how often it looks tells how much there is. */
const SILENT_MS = 500;
interface NarrowSearch {
  readonly wanted: SearchQuery;
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
  return streamTexts(lines, request, { 'Content-Type': 'application/x-ndjson' });
};

async function* linesOf(
  { monitor, seal }: Pick<Parts, 'monitor' | 'seal'>,
  { wanted, allows, about, from }: NarrowSearch,
): AsyncGenerator<string, undefined> {
  let [found, saidAt] = [0, 0];
  const line = (hits: readonly JobView[], more: object = {}): string => {
    [found, saidAt] = [found + hits.length, Date.now()];
    return `${JSON.stringify({ hits, looked: found, total: found, ...more })}\n`;
  };
  // All that match are changed at once only in a queue that somebody may see.
  const end = { done: true, ...(wanted.filter?.queue !== undefined && { filter: wanted.filter }) };
  for await (const { hits, cursor } of searchSteps(monitor, wanted, from)) {
    const own = await allowedJobs(hits, allows);
    if (found + own.length >= MOST_HITS) {
      yield line(own, { ...end, cursor: seal.close(cursor, about) });
      return;
    }
    if (own.length > 0 || Date.now() - saidAt > SILENT_MS) yield line(own);
  }
  yield line([], end);
}
