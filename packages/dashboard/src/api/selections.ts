import type { JobState } from '@linstock/core';
import { MOST_SELECTED } from '@linstock/core';
import type { JobSearch } from '@linstock/core/internal';
import { searchSteps, searchTotal } from '@linstock/core/internal';
import type { Allows } from '../auth/allowed.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { textIn } from './call.ts';
import { required, text } from './fields.ts';
import { NARROW_SILENT_MS } from './narrow-list.ts';
import { allowedJobs } from './narrow-page.ts';
import { parseSearch } from './search-query.ts';
import { streamLines } from './stream-texts.ts';

/** One line of an answer. The last one has the selection. */
interface SelectionLine {
  /** Entries looked at so far, and about how many there are. */
  readonly looked: number;
  readonly total: number;
  readonly found: number;
  /** Its id, for the filter of a bulk operation, with `query`, and with the queue that the search names. */
  readonly selection?: string;
  readonly query?: string;
  readonly queue?: string | undefined;
  /** How many of its jobs are in each state. */
  readonly states?: Readonly<Partial<Record<JobState, number>>>;
  /** It has as many as it may have, and more would match. */
  readonly isFull?: boolean;
}

/** Puts together all that a search finds, to be changed at once, and tells how far it is. Ends with the request. */
const select: Route['handle'] = (call, parts) => answer(call, parts, undefined);

/** What somebody may see of it, in a queue that is allowed: without one it is refused. Counts nothing else. */
const narrowSelect: Narrow = (call, parts, allows) => answer(call, parts, allows);

function answer({ body, request }: Call, parts: Parts, allows: Allows | undefined): Response {
  const query = textIn(body, 'q') ?? '';
  const lines = selectionLines(parts, { wanted: parseSearch(query, Date.now()), query, allows });
  return streamLines(lines, request);
}

interface Selecting {
  readonly wanted: JobSearch;
  readonly query: string;
  /** Undefined: all of it. */
  readonly allows: Allows | undefined;
}

async function* selectionLines(
  { client, monitor }: Pick<Parts, 'client' | 'monitor'>,
  { wanted, query, allows }: Selecting,
): AsyncGenerator<SelectionLine, undefined> {
  const total = allows === undefined ? await searchTotal(monitor, wanted) : 0;
  const stateOf = new Map<string, JobState>();
  let [looked, isFull, saidAt] = [0, false, Date.now()];
  const counts = (): SelectionLine => {
    const found = stateOf.size;
    return allows === undefined ? { looked, total, found } : { looked: found, total: found, found };
  };
  for await (const step of searchSteps(monitor, wanted, '')) {
    looked += step.looked;
    const hits = allows === undefined ? step.hits : await allowedJobs(step.hits, allows);
    for (const { id, state } of hits) {
      isFull ||= stateOf.size >= MOST_SELECTED && !stateOf.has(id);
      if (!isFull) stateOf.set(id, state);
    }
    if (isFull) break;
    if (allows !== undefined && Date.now() - saidAt < NARROW_SILENT_MS) continue;
    saidAt = Date.now();
    yield counts();
  }
  const { id } = await client.operations.select(stateOf.keys());
  const states = countsOf(stateOf.values());
  const { namedQueue: queue } = wanted;
  yield { ...counts(), selection: id, query, queue, states, isFull };
}

function countsOf(states: Iterable<JobState>): Partial<Record<JobState, number>> {
  const counts: Partial<Record<JobState, number>> = {};
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

export const SELECTION_ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/api/selections',
    permission: 'steer',
    summary: 'Puts together all jobs that a search finds, up to 100,000, for one bulk operation.',
    answer:
      'lines of JSON: { looked, total, found } while it goes on; the last has { selection, query, queue, states, isFull }',
    body: { q: required(text('Words and qualifiers.')) },
    handle: select,
    narrow: narrowSelect,
  },
];
