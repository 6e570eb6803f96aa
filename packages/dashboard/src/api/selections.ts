import type { Client, JobState, Monitor } from '@linstock/core';
import { MOST_SELECTED } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { textIn } from './call.ts';
import { required, text } from './fields.ts';
import type { SearchQuery } from './search-query.ts';
import { parseSearch } from './search-query.ts';
import { searchSteps, searchTotal, streamTexts } from './search-steps.ts';

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
function select({ body, request }: Call, { client, monitor }: Parts): Response {
  const query = textIn(body, 'q') ?? '';
  const lines = selectionLines({ client, monitor }, parseSearch(query, Date.now()), query);
  return streamTexts(lines, request, { 'Content-Type': 'application/x-ndjson' });
}

const lineOf = (line: SelectionLine): string => `${JSON.stringify(line)}\n`;

async function* selectionLines(
  { client, monitor }: { readonly client: Client; readonly monitor: Monitor },
  wanted: SearchQuery,
  query: string,
): AsyncGenerator<string, undefined> {
  const total = await searchTotal(monitor, wanted);
  const stateOf = new Map<string, JobState>();
  let [looked, isFull] = [0, false];
  for await (const step of searchSteps(monitor, wanted, '')) {
    looked += step.looked;
    for (const { id, state } of step.hits) {
      isFull ||= stateOf.size >= MOST_SELECTED && !stateOf.has(id);
      if (!isFull) stateOf.set(id, state);
    }
    if (isFull) break;
    yield lineOf({ looked, total, found: stateOf.size });
  }
  const { id } = await client.operations.select(stateOf.keys());
  const states = countsOf(stateOf.values());
  const { namedQueue: queue } = wanted;
  yield lineOf({ looked, total, found: stateOf.size, selection: id, query, queue, states, isFull });
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
  },
];
