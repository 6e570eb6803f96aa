import type { WorkerJson } from '../worker-view.ts';
import { WORKER_COLUMNS, workerJson } from '../worker-view.ts';
import { defineCommand, option, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { queue } from '../parse-values.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly queue?: string;
  readonly host?: string;
}

export const workersList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List the workers that live, with what they do and when they were heard of.',
  details:
    'LAG is for how long its event loop was blocked at its last beat. --json prints {"workers"}; a field that is null is one that an older worker does not say.',
  examples: [
    'linstock workers list --watch',
    'linstock workers list --host web-3 -o id | linstock workers quiet -',
  ],
  options: [
    option('--queue <name>', 'only those that take jobs of this queue', queue),
    plainOption('--host <name>', 'only those on this machine'),
    ...watchOptions,
  ],
  run: async ({ options, output, settings }) =>
    withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const all = (await monitor.workers()).map(workerJson);
        const workers = all.filter((worker) => fits(worker, options));
        await out.list({
          rows: workers,
          columns: WORKER_COLUMNS,
          id: ({ id }) => id,
          json: { workers },
          empty: all.length === 0 ? 'No worker lives.' : `None of ${all.length} workers is such a one.`,
        });
      }),
    ),
});

function fits({ info }: WorkerJson, { queue: wanted, host }: Flags): boolean {
  return (
    (wanted === undefined || info?.queues.includes(wanted) === true) &&
    (host === undefined || info?.host === host)
  );
}
