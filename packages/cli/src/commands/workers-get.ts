import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { CliError } from '../errors.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';
import { workerJson, workerSheet } from '../worker-view.ts';

export const workersGet = defineCommand<WatchFlags>({
  usage: 'get <id>',
  summary: 'Show a worker: what it runs for longest, its last beat, memory and event loop.',
  examples: ['linstock workers get K3Z7Q4N0W6F3', 'linstock workers get K3Z7Q4N0W6F3 --watch'],
  options: watchOptions,
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    return withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => {
        const worker = (await monitor.workers()).find((known) => known.id === id);
        if (worker === undefined) throw notFound(id);
        await out.sheet(workerSheet(workerJson(worker)));
      }),
    );
  },
});

function notFound(id: string): CliError {
  const message = `no worker "${id}" lives: it has stopped, or its lease has ended; see linstock workers list`;
  return new CliError('WORKER_NOT_FOUND', message, { id });
}
