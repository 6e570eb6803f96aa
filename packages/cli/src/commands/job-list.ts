import type { JobState, Monitor } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import type { Option } from 'commander';
import { defineCommand, option, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { UsageError } from '../errors.ts';
import type { JobJson } from '../job-view.ts';
import { JOB_COLUMNS, jobJson } from '../job-view.ts';
import type { Output } from '../output.ts';
import { oneOfWords, queue, wholeNumberFrom } from '../parse-values.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags, Partial<Record<LaterFilter, string>> {
  readonly state?: JobState;
  readonly queue?: string;
  readonly limit?: number;
  readonly offset?: number;
}

/** A page of jobs in one state, or in all of them. */
interface Page {
  readonly jobs: readonly JobJson[];
  readonly total: number;
}

const DEFAULT_LIMIT = 50;
/** Without --state: what a person wants to see first comes first. */
const ORDER: readonly JobState[] = [
  'processing',
  'enqueued',
  'awaiting',
  'scheduled',
  'failed',
  'cancelled',
  'succeeded',
];
const LATER_FILTERS = ['name', 'tag', 'error', 'where', 'since', 'cursor'] as const;
type LaterFilter = (typeof LATER_FILTERS)[number];

export const jobList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List jobs: what runs first, then the newest first.',
  details:
    'Filters are --state and, for enqueued jobs, --queue. --json prints {"jobs", "total", "next"}; "next" is the --offset of the next page.',
  examples: [
    'linstock job list --state failed',
    'linstock job list --state enqueued --queue mail --limit 10',
    'linstock job list --state failed --limit 500 -o ndjson | jq -r .error.message',
    'linstock job list --state processing --watch',
  ],
  options: [
    option('--state <state>', JOB_STATES.join(', '), oneOfWords(JOB_STATES)),
    option('--queue <name>', 'one queue; enqueued jobs only', queue),
    option('--limit <n>', `how many, 1 to 500 (default ${DEFAULT_LIMIT})`, wholeNumberFrom(1, 500)),
    option('--offset <n>', 'how many to pass over (default 0)', wholeNumberFrom(0, 100_000)),
    ...watchOptions,
    ...LATER_FILTERS.map(laterFilter),
  ],
  run: async ({ options, output, settings }) => {
    refuseLaterFilters(options);
    await withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) =>
        printPage(out, await readPage(monitor, options), options),
      ),
    );
  },
});

function laterFilter(name: string): Option {
  return plainOption(`--${name} <value>`, 'not available yet').hideHelp();
}

function refuseLaterFilters(flags: Flags): void {
  const name = LATER_FILTERS.find((known) => flags[known] !== undefined);
  if (name !== undefined) {
    const advice = name === 'cursor' ? 'use --offset' : 'filter the lines of -o ndjson instead';
    throw new UsageError(`--${name} is not available yet, only --state and --queue are: ${advice}`);
  }
  if (flags.queue !== undefined && flags.state !== undefined && flags.state !== 'enqueued') {
    throw new UsageError(`--queue works with --state enqueued only, not with ${flags.state}`);
  }
}

async function readPage(monitor: Monitor, flags: Flags): Promise<Page> {
  const { limit = DEFAULT_LIMIT, offset = 0, queue: name } = flags;
  const state = flags.state ?? (name === undefined ? undefined : 'enqueued');
  let jobs: JobJson[] = [];
  let total = 0;
  for (const each of state === undefined ? ORDER : [state]) {
    const left = limit - jobs.length;
    const range = { offset: Math.max(0, offset - total), limit: Math.max(1, left) };
    const filter = name === undefined ? { state: each } : { state: each, queue: name };
    const page = await monitor.page({ ...filter, ...range });
    if (left > 0) jobs = [...jobs, ...page.jobs.map(jobJson)];
    total += page.total;
  }
  return { jobs, total };
}

async function printPage(output: Output, { jobs, total }: Page, flags: Flags): Promise<void> {
  const shown = (flags.offset ?? 0) + jobs.length;
  const next = jobs.length > 0 && shown < total ? shown : null;
  await output.list({
    rows: jobs,
    columns: JOB_COLUMNS,
    id: ({ id }) => id,
    json: { jobs, total, next },
    empty: 'No such job.',
  });
  if (output.isForPeople && next !== null) output.note(`${jobs.length} of ${total}; more: --offset ${next}`);
}
