import type { JobView } from '@linstock/core';
import type { Allows } from '../auth/allowed.ts';
import type { Narrow, Parts } from './call.ts';
import { allowedJobs } from './narrow-page.ts';
import type { SearchQuery } from './search-query.ts';
import { askedSearch } from './search-query.ts';
import { searchSteps, streamTexts } from './search-steps.ts';

const MOST_HITS = 200;
/** So long it may say nothing: how often it looks tells how much there is. */
const SILENT_MS = 500;
/** What its cursors are for. */
const ABOUT = 'search';

interface NarrowSearch {
  readonly wanted: SearchQuery;
  readonly allows: Allows;
  /** From where it goes on; empty: the beginning. */
  readonly from: string;
}

/** A search that finds, counts and tells of nothing but what somebody may see. */
export const narrowSearch: Narrow = ({ query, request }, parts, allows) => {
  const cursor = query.get('cursor') ?? '';
  const from = cursor === '' ? '' : parts.seal.open(cursor, ABOUT);
  const lines = linesOf(parts, { wanted: askedSearch(query, Date.now()), allows, from });
  return streamTexts(lines, request, { 'Content-Type': 'application/x-ndjson' });
};

async function* linesOf(
  { monitor, seal }: Pick<Parts, 'monitor' | 'seal'>,
  { wanted, allows, from }: NarrowSearch,
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
      yield line(own, { ...end, cursor: seal.close(cursor, ABOUT) });
      return;
    }
    if (own.length > 0 || Date.now() - saidAt > SILENT_MS) yield line(own);
  }
  yield line([], end);
}
