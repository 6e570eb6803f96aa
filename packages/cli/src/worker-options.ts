import { option } from './command.ts';
import { DEFAULTS, LOG_LEVELS } from './options.ts';
import { duration, oneOfWords, queueList, wholeNumberFrom } from './parse-values.ts';

/** Options of commands that run a worker. */
export const workerOptions = [
  option(
    '--queues <names>',
    'queues, the first one first, divided by commas (default: those of the handlers)',
    queueList,
  ),
  option(
    '--concurrency <n>',
    `jobs at once per process, 1 to 10000 (default ${DEFAULTS.concurrency})`,
    wholeNumberFrom(1, 10_000),
  ),
  option(
    '--shutdown-timeout <duration>',
    `how long running jobs may go on when it stops (default ${DEFAULTS.shutdownTimeout})`,
    duration,
  ),
  option('--log-level <level>', `${LOG_LEVELS.join(', ')} (default info)`, oneOfWords(LOG_LEVELS)),
];
