import type { JobView, Monitor } from '@linstock/core';
import type { JobSearch } from '@linstock/core/internal';
import { searchSteps, searchTotal } from '@linstock/core/internal';
import type { Call, Parts, Route } from './call.ts';
import { required, text } from './fields.ts';
import { narrowSearch } from './narrow-search.ts';
import { askedSearch, MOST_HITS } from './search-query.ts';
import { streamLines } from './stream-texts.ts';

/** One line of an answer. The last one has `done`. */
interface SearchLine {
  readonly hits: readonly JobView[];
  /** Entries looked at so far, and about how many there are. */
  readonly looked: number;
  readonly total: number;
  readonly done?: true;
  /** From where another request goes on; undefined: all was looked at. */
  readonly cursor?: string;
  /** What was asked as a filter of a bulk operation, if it can be one. */
  readonly filter?: JobSearch['filter'];
}

/** A search through all jobs that can match, as lines of JSON that come while it goes on. Ends with the request. */
function search({ query, request }: Call, { monitor }: Parts): Response {
  const wanted = askedSearch(query, Date.now());
  const lines = searchLines(monitor, wanted, query.get('cursor') ?? '');
  return streamLines(lines, request);
}

async function* searchLines(
  monitor: Monitor,
  wanted: JobSearch,
  from: string,
): AsyncGenerator<SearchLine, undefined> {
  const total = await searchTotal(monitor, wanted);
  const { filter } = wanted;
  let [lookedAt, found] = [0, 0];
  for await (const { hits, looked, cursor } of searchSteps(monitor, wanted, from)) {
    lookedAt += looked;
    found += hits.length;
    if (found >= MOST_HITS) {
      yield { hits, looked: lookedAt, total, done: true, cursor, filter };
      return;
    }
    yield { hits, looked: lookedAt, total };
  }
  yield { hits: [], looked: lookedAt, total, done: true, filter };
}

export const SEARCH_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/search',
    permission: 'read',
    summary: 'Searches jobs by words and qualifiers; answers lines of JSON while it looks.',
    answer: 'lines of JSON: { hits, looked, total }, the last one with done',
    query: { q: required(text('Words and qualifiers.')), cursor: text('From where another search paused.') },
    handle: search,
    narrow: narrowSearch,
  },
];
