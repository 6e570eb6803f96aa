import type { BulkFilter } from './bulk.tsx';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Job } from '../types.ts';

/** One line of the answer to a search. */
interface Line {
  readonly hits: readonly Job[];
  readonly looked: number;
  readonly total: number;
  readonly done?: true;
  readonly cursor?: string;
  readonly filter?: BulkFilter;
}

/** A search, as far as it is. `paused`: it has found many, or was stopped before its end. */
export interface Search {
  readonly hits: readonly Job[];
  readonly looked: number;
  readonly total: number;
  readonly state: 'running' | 'paused' | 'done';
  readonly error: string | undefined;
  readonly filter: BulkFilter | undefined;
  readonly stop: () => void;
  readonly goOn: () => void;
  /** Begins anew. */
  readonly again: () => void;
}

type Found = Omit<Search, 'stop' | 'goOn' | 'again'> & { readonly cursor: string };

const NOTHING: Found = {
  hits: [],
  looked: 0,
  total: 0,
  state: 'running',
  error: undefined,
  filter: undefined,
  cursor: '',
};

/** Searches for a text, from its beginning whenever it changes. */
export function useSearch(text: string): Search {
  const [found, setFound] = useState<Found>(NOTHING);
  const control = useRef<AbortController | undefined>(undefined);
  const latest = useRef<Found>(NOTHING);
  const show = (next: Found): void => {
    latest.current = next;
    setFound(next);
  };
  const run = (from: Found): void => {
    control.current?.abort();
    const own = new AbortController();
    control.current = own;
    show({ ...from, state: 'running' });
    void follow(text, from, own.signal, show).catch((error: unknown) => {
      if (!own.signal.aborted) show({ ...latest.current, state: 'paused', error: messageOf(error) });
    });
  };
  useEffect(() => {
    run(NOTHING);
    return () => control.current?.abort();
  }, [text]);
  return {
    ...found,
    stop: () => {
      control.current?.abort();
      if (latest.current.state === 'running') show({ ...latest.current, state: 'paused' });
    },
    goOn: () => run(latest.current),
    again: () => run(NOTHING),
  };
}

// oxlint-disable-next-line max-params -- what, from where, until when, and whom to tell
async function follow(
  text: string,
  from: Found,
  signal: AbortSignal,
  show: (found: Found) => void,
): Promise<void> {
  const query = new URLSearchParams({ q: text, cursor: from.cursor });
  const response = await fetch(`api/search?${query}`, { credentials: 'same-origin', signal });
  let found = from;
  for await (const line of linesOf<Line>(response)) {
    if (signal.aborted) return;
    const { hits, looked, total, done, cursor, filter } = line;
    const known = new Set(found.hits.map(({ id }) => id));
    found = {
      hits: [...found.hits, ...hits.filter(({ id }) => !known.has(id))],
      looked: from.looked + looked,
      total,
      state: stateOf(done, cursor),
      error: undefined,
      filter: filter ?? found.filter,
      cursor: cursor ?? found.cursor,
    };
    show(found);
  }
}

function stateOf(done: true | undefined, cursor: string | undefined): Search['state'] {
  if (done === undefined) return 'running';
  return cursor === undefined ? 'done' : 'paused';
}

/** The lines of JSON of an answer, as they come. @throws {Error} it was refused */
export async function* linesOf<T>(response: Response): AsyncGenerator<T> {
  const { ok, body } = response;
  if (!ok || body === null) throw new Error(await refusalOf(response));
  const [reader, decoder] = [body.getReader(), new TextDecoder()];
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + decoder.decode(value, { stream: true })).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) yield JSON.parse(part) as T;
  }
}

async function refusalOf(response: Response): Promise<string> {
  const json = (await response.json().catch(() => ({}))) as { error?: { message: string } };
  return json.error?.message ?? response.statusText;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
