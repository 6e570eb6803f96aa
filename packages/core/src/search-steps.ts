import type { JobSearch } from './job-search.ts';
import type { Monitor } from './monitor.ts';
import type { ScanOptions } from './scan.ts';
import type { JobView } from './store/job-reader.ts';

/** Jobs of one look: some ms of Redis at the most. */
const STEP = 100;

/** What one look has found. */
export interface SearchStep {
  readonly hits: readonly JobView[];
  /** How many entries were looked at. */
  readonly looked: number;
  /** From where a search goes on behind it. */
  readonly cursor: string;
}

/** Goes through all jobs that can match, some at a time, from a cursor on; empty: from the beginning. */
export async function* searchSteps(
  monitor: Monitor,
  wanted: JobSearch,
  cursor: string,
): AsyncGenerator<SearchStep, undefined> {
  const [, first = '0', after = ''] = /^(\d) (.*)$/s.exec(cursor) ?? [];
  for (const [i, scan] of scansOf(wanted).entries()) {
    if (i < Number(first)) continue;
    const place = i === Number(first) && after !== '' ? { after } : {};
    for await (const page of monitor.scan({ ...scan, step: STEP, ...place })) {
      const hits = page.jobs.filter((job): job is JobView => !('damaged' in job) && wanted.matches(job));
      const next = page.cursor === undefined ? `${i + 1} ` : `${i} ${page.cursor}`;
      yield { hits, looked: page.looked, cursor: next };
    }
  }
}

/** What is gone through, one after the other. */
function scansOf({ tag, states, queue, name }: JobSearch): readonly ScanOptions[] {
  const named = name === undefined ? {} : { name };
  if (tag !== undefined) return [{ tag, ...named }];
  return states.map((state) => ({ state, ...named, ...(queue !== undefined && { queue }) }));
}

/** About how many entries a search goes through. */
export async function searchTotal(monitor: Monitor, { tag, states }: JobSearch): Promise<number> {
  if (tag !== undefined) return (await monitor.page({ tag, limit: 1 })).total;
  const counts = await monitor.counts();
  return states.reduce((sum, state) => sum + counts[state], 0);
}
