import type { JobView, Monitor } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import type { SearchQuery } from './search-query.ts';
import { required, text } from './fields.ts';
import { parseSearch } from './search-query.ts';

/** After so many hits a search pauses; its cursor goes on. */
const MOST_HITS = 200;
/** Jobs of one look: some ms of Redis at the most. */
const STEP = 100;

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
  readonly filter?: SearchQuery['filter'];
}

/** A search through all jobs that can match, as lines of JSON that come while it goes on. Ends with the request. */
function search({ query, request }: Call, { monitor }: Parts): Response {
  const wanted = parseSearch((query.get('q') ?? '').slice(0, 1000), Date.now());
  const lines = searchLines(monitor, wanted, query.get('cursor') ?? '');
  const encoder = new TextEncoder();
  const stop = (): void => void lines.return(undefined);
  request.signal.addEventListener('abort', stop, { once: true });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value: line } = await lines.next();
      if (line === undefined) controller.close();
      else controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    },
  });
}

async function* searchLines(
  monitor: Monitor,
  wanted: SearchQuery,
  cursor: string,
): AsyncGenerator<SearchLine, undefined> {
  const [, from = '0', after = ''] = /^(\d) (.*)$/s.exec(cursor) ?? [];
  const counts = await monitor.counts();
  const total = wanted.states.reduce((sum, state) => sum + counts[state], 0);
  const { filter } = wanted;
  let [looked, found] = [0, 0];
  for (let i = Number(from); i < wanted.states.length; i++) {
    const state = wanted.states[i];
    if (state === undefined) break;
    const queue = wanted.queue === undefined ? {} : { queue: wanted.queue };
    const place = i === Number(from) && after !== '' ? { after } : {};
    for await (const page of monitor.scan({ state, step: STEP, ...queue, ...place })) {
      const hits = page.jobs.filter((job): job is JobView => !('damaged' in job) && wanted.matches(job));
      looked += page.looked;
      found += hits.length;
      const next = page.cursor === undefined ? `${i + 1} ` : `${i} ${page.cursor}`;
      if (found >= MOST_HITS) {
        yield { hits, looked, total, done: true, cursor: next, filter };
        return;
      }
      yield { hits, looked, total };
    }
  }
  yield { hits: [], looked, total, done: true, filter };
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
  },
];
