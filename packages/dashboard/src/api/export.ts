import type { JobView } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import type { SearchStep } from '@linstock/core/internal';
import { searchSteps } from '@linstock/core/internal';
import type { Call, Narrow, Parts, Route } from './call.ts';
import type { Columns } from './csv.ts';
import { instant, json } from './csv.ts';
import { FILE_FORMATS, sendFile } from './export-file.ts';
import { choice, text } from './fields.ts';
import { allowedJobs } from './narrow-page.ts';
import { askedJobs } from './search-query.ts';

/** A job as a line of a table. */
export const JOB_COLUMNS: Columns<JobView> = {
  id: ({ id }) => id,
  name: ({ name }) => name,
  displayName: ({ displayName }) => displayName,
  state: ({ state }) => state,
  queue: ({ queue }) => queue,
  priority: ({ priority }) => priority,
  attempt: ({ attempt }) => attempt,
  createdAt: ({ createdAt }) => instant(createdAt),
  dueAt: ({ dueAt }) => instant(dueAt),
  changedAt: ({ history }) => instant(history.at(-1)?.endedAt),
  worker: ({ worker }) => worker,
  batch: ({ batch }) => batch,
  tags: ({ tags }) => tags.join(' '),
  error: ({ error }) => error && `${error.name}: ${error.message}`,
  input: ({ input }) => json(input),
  result: ({ result }) => json(result),
};

/** Sends all jobs that fit as a file, while it goes through them. */
const exportJobs: Route['handle'] = (call, parts) => sendJobs(call, parts, async (jobs) => jobs);

const narrowExport: Narrow = (call, parts, allows) =>
  sendJobs(call, parts, (jobs) => allowedJobs(jobs, allows));

type Choose = (jobs: readonly JobView[]) => Promise<readonly JobView[]>;

async function sendJobs(call: Call, { monitor }: Parts, choose: Choose): Promise<Response> {
  const wanted = askedJobs(call.query, Date.now());
  return sendFile(call, {
    noun: 'jobs',
    words: ['state', 'queue', 'tag', 'q'].flatMap((name) => call.query.get(name) ?? []),
    columns: JOB_COLUMNS,
    parts: hitsOf(searchSteps(monitor, wanted, ''), choose),
  });
}

async function* hitsOf(
  steps: AsyncIterable<SearchStep>,
  choose: Choose,
): AsyncGenerator<readonly JobView[], undefined> {
  for await (const { hits } of steps) yield choose(hits);
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
      format: choice(FILE_FORMATS, 'Default ndjson.'),
    },
    handle: exportJobs,
    narrow: narrowExport,
  },
];
