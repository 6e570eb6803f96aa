import { randomBytes } from 'node:crypto';
import type { Client } from '@linstock/core';
import type { BenchResult } from '../bench-run.ts';
import { Bench } from '../bench-run.ts';
import { defineCommand, option } from '../command.ts';
import { openConnection, withClient } from '../connect.ts';
import { CliError } from '../errors.ts';
import { makeLog } from '../log.ts';
import type { Settings } from '../options.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { removeNamespace } from '../remove-namespace.ts';
import { listenForStop } from '../signals.ts';
import { makeWorker } from '../worker-adapter.ts';

interface Flags {
  readonly jobs?: number;
  readonly concurrency?: number;
}

const DEFAULT_JOBS = 20_000;
const DEFAULT_CONCURRENCY = 50;

export const bench = defineCommand<Flags>({
  usage: 'bench',
  summary: 'Measure how fast this Redis enqueues and runs jobs, and how soon a job starts.',
  details:
    'One process is producer and worker at once; jobs do nothing. It works in a namespace of its own, which it removes, but takes time from everybody who uses this Redis.',
  examples: ['linstock bench', 'linstock bench --jobs 100000 --concurrency 200 --json'],
  stopsItself: true,
  options: [
    option(
      '--jobs <n>',
      `how many, 1000 to 1000000 (default ${DEFAULT_JOBS})`,
      wholeNumberFrom(1000, 1_000_000),
    ),
    option(
      '--concurrency <n>',
      `jobs at once, 1 to 10000 (default ${DEFAULT_CONCURRENCY})`,
      wholeNumberFrom(1, 10_000),
    ),
  ],
  run: async ({ options, output, settings }) => {
    const { jobs = DEFAULT_JOBS, concurrency = DEFAULT_CONCURRENCY } = options;
    const own = { ...(await settings()), namespace: `bench-${randomBytes(6).toString('hex')}` };
    const result = await inOwnNamespace(own, (client, signal) =>
      measure(own, client, { jobs, concurrency, signal }),
    );
    await output.sheet({
      json: result,
      id: own.namespace,
      fields: [
        ['Jobs', `${jobs}, ${concurrency} at once`],
        ['Enqueue', `${result.enqueue.jobsPerSecond} jobs/s in calls of 1000`],
        ['', `${quantileText(result.enqueue.roundTripMs)} for a single one`],
        ['Run', `${result.run.jobsPerSecond} jobs/s`],
        ['Pickup', `${quantileText(result.pickupMs)} from enqueue to the handler`],
      ],
    });
  },
});

function quantileText({ p50, p99 }: BenchResult['pickupMs']): string {
  return `${p50} ms (p50), ${p99} ms (p99)`;
}

/** Removes the namespace however the work ends. */
async function inOwnNamespace<T>(
  settings: Settings,
  use: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(settings);
  const cleanUp = (): Promise<void> => removeNamespace(connection, settings.namespace);
  const { signal } = listenForStop({ hurry: cleanUp, kill: () => undefined });
  try {
    return await withClient(settings, (client) => use(client, signal));
  } catch (error) {
    // What an interrupted measurement throws tells a person nothing.
    throw signal.aborted
      ? new CliError('INTERRUPTED', 'interrupted; the namespace of the bench is removed')
      : error;
  } finally {
    await cleanUp();
    connection.close();
  }
}

async function measure(
  { redis, namespace }: Settings,
  client: Client,
  {
    jobs,
    concurrency,
    signal,
  }: { readonly jobs: number; readonly concurrency: number; readonly signal: AbortSignal },
): Promise<BenchResult> {
  const run = new Bench(signal);
  const log = await makeLog({ level: 'silent', isPretty: false, hasColor: false });
  const setup = { redis, namespace, queues: ['default'], concurrency, shutdownTimeoutMs: 5000, log };
  const worker = await makeWorker(setup, [run.definition]);
  try {
    const enqueue = await run.enqueue(client, jobs);
    const drained = await run.drain(() => worker.start(), jobs);
    const pickupMs = await run.pickup(client);
    return { jobs, concurrency, enqueue, run: drained, pickupMs };
  } finally {
    await worker.stop();
  }
}
