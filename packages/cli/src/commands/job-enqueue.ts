import type { Client, Due, JobContract, Priority, RunOptions } from '@linstock/core';
import { defineJob } from '@linstock/core';
import { describedContract } from '@linstock/core/internal';
import { defineCommand, option } from '../command.ts';
import type { Invocation } from '../command.ts';
import { withBoth } from '../connect.ts';
import type { DueFlags } from '../due-flags.ts';
import { dueIn, dueOptions } from '../due-flags.ts';
import { enqueueLines } from '../enqueue-lines.ts';
import { parseInput } from '../parse-input.ts';
import { oneOfWords, PRIORITIES, queue, wholeNumberFrom } from '../parse-values.ts';

interface Flags extends DueFlags {
  readonly queue?: string;
  readonly priority?: Priority;
  readonly maxAttempts?: number;
}

export const jobEnqueue = defineCommand<Flags>({
  usage: 'enqueue <name> [input]',
  summary: 'Enqueue a job, or with "-" one job for each line of JSON on standard input.',
  details:
    'The input is JSON, @file, or - (default null). Queue, priority and attempts are those that workers have described for the job, unless you name others; of a job that no worker has described, the usual ones. The input is checked when it runs. With "-", -o id or ndjson prints every id, --json only the count.',
  examples: [
    `linstock job enqueue mail.send '{"to":"ada@example.com"}' --queue mail`,
    'linstock job enqueue report.build @report.json --in 10m --priority low',
    'linstock job enqueue invoice.send --at 2030-01-31T09:00:00Z --max-attempts 3',
    'jq -c ".users[]" users.json | linstock job enqueue mail.send -',
  ],
  options: [
    option('--queue <name>', 'queue it waits in (default: as described, or "default")', queue),
    option(
      '--priority <priority>',
      `${PRIORITIES.join(', ')} (default: as described, or normal)`,
      oneOfWords(PRIORITIES),
    ),
    ...dueOptions(),
    option(
      '--max-attempts <n>',
      'how often it is tried, 1 to 1000 (default: as described, or 10)',
      wholeNumberFrom(1, 1000),
    ),
  ],
  run: async (invocation) => {
    const [name, input = 'null'] = invocation.args as [string, string | undefined];
    defineJob({ name });
    const options = runOptions(invocation.options);
    const value = input === '-' ? undefined : parseInput(input);
    const settings = await invocation.settings();
    await withBoth(settings, async ({ client, monitor }) => {
      const contract = await describedContract(monitor, { name });
      if (input === '-') return enqueueLines({ client, contract, options, output: invocation.output });
      const { id } = await addOne(client, contract, { value, options });
      await printJob(
        { id, name, queue: options.queue ?? contract.queue, state: stateOf(options) },
        invocation,
      );
    });
  },
});

function runOptions(flags: Flags): RunOptions & Partial<Due> {
  const { in: _in, at: _at, ...rest } = flags;
  return { ...rest, ...dueIn(flags) };
}

function isDue(options: RunOptions & Partial<Due>): options is RunOptions & Due {
  return options.in !== undefined || options.at !== undefined;
}

function stateOf(options: RunOptions & Partial<Due>): string {
  return isDue(options) ? 'scheduled' : 'enqueued';
}

function addOne(
  client: Client,
  contract: JobContract,
  { value, options }: { readonly value: unknown; readonly options: RunOptions & Partial<Due> },
): Promise<{ readonly id: string }> {
  return isDue(options)
    ? client.schedule(contract, value, options)
    : client.enqueue(contract, value, options);
}

interface EnqueuedJob {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly state: string;
}

function printJob(job: EnqueuedJob, { output }: Invocation<Flags>): Promise<void> {
  const columns = [
    { title: 'ID', value: ({ id }: EnqueuedJob) => id },
    { title: 'STATE', value: ({ state }: EnqueuedJob) => state },
    { title: 'NAME', value: ({ name }: EnqueuedJob) => name },
    { title: 'QUEUE', value: ({ queue: own }: EnqueuedJob) => own },
  ];
  return output.list({ rows: [job], columns, id: ({ id }) => id, json: job, empty: '' });
}
