import type { Monitor } from '@linstock/core';
import { defineCommand, option, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { findJobs } from '../found-jobs.ts';
import type { FilterFlags } from '../job-filters.ts';
import { FILTER_DETAILS, filterOptions } from '../job-filters.ts';
import type { JobJson } from '../job-view.ts';
import { JOB_COLUMNS } from '../job-view.ts';
import type { Output } from '../output.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { startProgress } from '../progress.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags, FilterFlags {
  readonly limit?: number;
  readonly cursor?: string;
}

/** What is known at the end of a list. */
interface End {
  readonly found: number;
  readonly total: number | undefined;
  readonly next: string | undefined;
}

const DEFAULT_LIMIT = 50;

export const jobList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List jobs: what runs first, then the newest first.',
  details: `All filters must hold. One state, the enqueued jobs of one queue, one tag, or all jobs come by pages; for any other filters all jobs that can be meant are looked at, and -o ndjson and id print each as it is found. --json prints {"jobs", "total", "next"}: "next" is the --cursor of the next ones; "total" is null where only whoever looks at all would know. ${FILTER_DETAILS}`,
  examples: [
    'linstock job list --state failed',
    "linstock job list --state failed --name 'mail.*' --error timeout --since 1h",
    "linstock job list --where 'input.user.id=7' --where 'input.amount>=100'",
    'linstock job list --state enqueued --queue mail --limit 10',
    'linstock job list --state failed -o ndjson | jq -r .error.message',
    'linstock job list --state processing --watch',
  ],
  options: [
    ...filterOptions,
    option(
      '--limit <n>',
      `how many, 1 to 100000 (default ${DEFAULT_LIMIT}; with -o ndjson and id: all)`,
      wholeNumberFrom(1, 100_000),
    ),
    plainOption('--cursor <cursor>', 'go on where another list ended, with the same filters'),
    ...watchOptions,
  ],
  run: async ({ options, output, settings }) => {
    await withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, (out) => printJobs(out, monitor, options)),
    );
  },
});

async function printJobs(output: Output, monitor: Monitor, flags: Flags): Promise<void> {
  const { limit, cursor, ...filters } = flags;
  const isStream = output.format === 'ndjson' || output.format === 'id';
  const progress = startProgress('jobs looked at');
  const rows: JobJson[] = [];
  let [looked, found] = [0, 0];
  let end: Omit<End, 'found'> = { total: undefined, next: undefined };
  const question = { filters, limit: limit ?? (isStream ? undefined : DEFAULT_LIMIT), cursor };
  for await (const part of findJobs(monitor, question)) {
    looked += part.looked;
    found += part.jobs.length;
    end = part;
    if (!isStream) rows.push(...part.jobs);
    else if (part.jobs.length > 0) {
      progress.end();
      await printRows(output, part.jobs, {});
    }
    progress.show(looked);
  }
  progress.end();
  const { total = null, next = null } = end;
  if (!isStream) await printRows(output, rows, { jobs: rows, total, next });
  if (next !== null && output.format !== 'json') output.note(moreText({ found, ...end }));
}

function printRows(output: Output, rows: readonly JobJson[], json: object): Promise<void> {
  return output.list({ rows, columns: JOB_COLUMNS, id: ({ id }) => id, json, empty: 'No such job.' });
}

function moreText({ found, total, next }: End): string {
  return `${total === undefined ? `${found} found so far` : `${found} of ${total}`}; more: --cursor ${next}`;
}
