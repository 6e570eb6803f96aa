import type { JobView, Monitor, ScanOptions } from '@linstock/core';
import type { SearchQuery } from './search-query.ts';

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
  wanted: SearchQuery,
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
function scansOf({ tag, states, queue, name }: SearchQuery): readonly ScanOptions[] {
  const named = name === undefined ? {} : { name };
  if (tag !== undefined) return [{ tag, ...named }];
  return states.map((state) => ({ state, ...named, ...(queue !== undefined && { queue }) }));
}

/** About how many entries a search goes through. */
export async function searchTotal(monitor: Monitor, { tag, states }: SearchQuery): Promise<number> {
  if (tag !== undefined) return (await monitor.page({ tag, limit: 1 })).total;
  const counts = await monitor.counts();
  return states.reduce((sum, state) => sum + counts[state], 0);
}

/** After so many hits a search pauses; its cursor goes on. */
export const MOST_HITS = 200;

/** Sends values as lines of JSON, as {@link streamTexts} does. */
export function streamLines(lines: AsyncGenerator<object, undefined>, request: Request): Response {
  return streamTexts(jsonLines(lines), request, { 'Content-Type': 'application/x-ndjson' });
}

async function* jsonLines(lines: AsyncGenerator<object, undefined>): AsyncGenerator<string, undefined> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/** Sends texts as they come, no faster than they are read. Ends with the request. */
export function streamTexts(
  texts: AsyncGenerator<string, undefined>,
  { signal }: Request,
  headers: Readonly<Record<string, string>>,
): Response {
  const encoder = new TextEncoder();
  const stop = (): void => void texts.return(undefined);
  signal.addEventListener('abort', stop, { once: true });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await texts.next();
      if (value === undefined) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', ...headers },
  });
}
