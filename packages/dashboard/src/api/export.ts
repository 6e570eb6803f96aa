import type { JobView } from '@linstock/core';
import { JOB_STATES, LinstockError, OptionError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { choice, text } from './fields.ts';
import { CSV_HEAD, csvLine } from './csv.ts';
import { askedJobs } from './search-query.ts';
import type { SearchStep } from './search-steps.ts';
import { searchSteps, streamTexts } from './search-steps.ts';

interface Format {
  readonly type: string;
  readonly head: string;
  readonly line: (job: JobView) => string;
  /** The last line of a whole export. */
  readonly end: (jobs: number) => string;
  /** The last line of one that broke off; undefined: it has none, and the connection is cut. */
  readonly broken: ((error: LinstockError) => string) | undefined;
}

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

const FORMATS: Readonly<Record<string, Format>> = {
  ndjson: {
    type: 'application/x-ndjson',
    head: '',
    line: jsonLine,
    end: (jobs) => jsonLine({ done: true, jobs }),
    broken: ({ code, message }) => jsonLine({ error: { code, message } }),
  },
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    head: CSV_HEAD,
    line: csvLine,
    end: () => '',
    broken: undefined,
  },
};

/** Sends all jobs that fit as a file, while it goes through them. */
async function exportJobs({ query, request }: Call, { monitor }: Parts): Promise<Response> {
  const wanted = askedJobs(query, Date.now());
  const name = query.get('format') ?? 'ndjson';
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (format === undefined)
    throw new OptionError('format', `must be one of ${Object.keys(FORMATS).join(', ')}`, name);
  const steps = searchSteps(monitor, wanted, '');
  // What goes wrong at once is answered as an error, not as a file.
  const first = await steps.next();
  return streamTexts(linesOf(first, steps, format), request, {
    'Content-Type': format.type,
    'Content-Disposition': `attachment; filename="${fileName(query, Date.now())}.${name}"`,
  });
}

async function* linesOf(
  first: IteratorResult<SearchStep, undefined>,
  steps: AsyncGenerator<SearchStep, undefined>,
  format: Format,
): AsyncGenerator<string, undefined> {
  let jobs = 0;
  const textOf = ({ hits }: SearchStep): string => {
    jobs += hits.length;
    return hits.map(format.line).join('');
  };
  try {
    yield format.head;
    if (first.value !== undefined) yield textOf(first.value);
    for await (const step of steps) yield textOf(step);
    yield format.end(jobs);
  } catch (error) {
    if (format.broken === undefined || !(error instanceof LinstockError)) throw error;
    yield format.broken(error);
  }
}

/** `jobs-failed-mail-20260131T120000Z`: what it holds, and when it was begun. */
function fileName(query: URLSearchParams, now: number): string {
  const words = ['state', 'queue', 'tag', 'q'].flatMap((name) => query.get(name) ?? []);
  const safe = words.map((word) => word.replaceAll(/[^\w.]+/g, '-').slice(0, 40));
  const at = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return ['jobs', ...safe, at].join('-').replaceAll(/-{2,}/g, '-');
}

export const EXPORT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/export',
    permission: 'read',
    summary: 'All jobs of ?state=, queue=, tag= and q= (as in a search) as a file: ?format=ndjson or csv.',
    answer: 'a file; the last line of NDJSON has `done` and `jobs`, or `error`',
    query: {
      state: choice(JOB_STATES, 'Of this state; default all.'),
      queue: text('Of this queue.'),
      tag: text('With this tag.'),
      q: text('Words and qualifiers, as of a search.'),
      format: choice(Object.keys(FORMATS), 'Default ndjson.'),
    },
    handle: exportJobs,
  },
];
