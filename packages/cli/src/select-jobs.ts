import type { BulkFilter, Client, JobState, Monitor } from '@linstock/core';
import { MOST_SELECTED } from '@linstock/core';
import { searchSteps, searchTotal } from '@linstock/core/internal';
import { escapeText } from './escape.ts';
import type { Wanted } from './job-filters.ts';
import { startProgress } from './progress.ts';

const MOST_QUERY = 1000;

/** Where jobs are looked for and put together. */
export interface Ends {
  readonly client: Client;
  readonly monitor: Monitor;
}

/** A filter of an operation, for what filters ask for. */
export interface Chosen {
  readonly filter: BulkFilter;
  /** There are more jobs than one operation can take. */
  readonly isFull: boolean;
}

/** What a bulk operation has no filter for is looked for here, and put together by ids. */
export async function chooseJobs(
  { client, monitor }: Ends,
  { search, text }: Wanted,
  state: JobState,
): Promise<Chosen> {
  if (search.filter !== undefined) return { filter: search.filter, isFull: false };
  const ids = new Set<string>();
  const progress = startProgress('jobs looked at');
  const total = await searchTotal(monitor, search);
  let looked = 0;
  for await (const step of searchSteps(monitor, search, '')) {
    for (const { id } of step.hits) ids.add(id);
    looked += step.looked;
    progress.show(looked, total);
    if (ids.size > MOST_SELECTED) break;
  }
  progress.end();
  const { id: selection } = await client.operations.select([...ids].slice(0, MOST_SELECTED));
  const queue = search.namedQueue;
  const query = escapeText(text).slice(0, MOST_QUERY);
  return {
    filter: { state, selection, query, ...(queue !== undefined && { queue }) },
    isFull: ids.size > MOST_SELECTED,
  };
}
