import type { CopyChanges, Due, Priority } from '@linstock/core';
import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import { UsageError } from '../errors.ts';
import { readInput } from '../parse-input.ts';
import { duration, instant, oneOfWords, PRIORITIES, queue } from '../parse-values.ts';

interface Flags {
  readonly queue?: string;
  readonly priority?: Priority;
  readonly in?: number;
  readonly at?: Date;
}

export const jobCopy = defineCommand<Flags>({
  usage: 'copy <id> [input]',
  summary: 'Enqueue a job like another one, with its tags, keys, limits and options.',
  details:
    'Without an input (JSON, @file, or -) the copy has all of that of its job, also what is masked where jobs are shown. It waits for nobody and belongs to no batch. A unique key that is taken refuses it (exit code 5).',
  examples: [
    'linstock job copy 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    `linstock job copy 01JZ7Q4N0W6F3V8Y2K5T9R1X00 '{"to":"ada@example.com"}' --in 10m`,
  ],
  options: [
    option('--queue <name>', 'queue it waits in (default: that of the job)', queue),
    option(
      '--priority <priority>',
      `${PRIORITIES.join(', ')} (default: that of the job)`,
      oneOfWords(PRIORITIES),
    ),
    option('--in <duration>', 'due after this time (default: now)', duration),
    option('--at <time>', 'due at this instant, such as 2030-01-31T09:00:00Z', instant),
  ],
  run: async ({ args, options, output, settings }) => {
    const [like, text] = args as [string, string | undefined];
    const input = text === undefined ? {} : { input: await readInput(text) };
    const { in: delayMs, at, ...place } = options;
    const due = dueOf(delayMs, at);
    const changes: CopyChanges = { ...place, ...input, ...(due !== undefined && { due }) };
    const { id } = await withClient(await settings(), (client) => client.copy(like, changes));
    await output.sheet({
      json: { id, like },
      id,
      fields: [
        ['Job', id],
        ['Like', like],
      ],
    });
  },
});

function dueOf(delayMs: number | undefined, at: Date | undefined): Due | undefined {
  if (delayMs !== undefined && at !== undefined) throw new UsageError('give either --in or --at, not both');
  if (delayMs !== undefined) return { in: delayMs };
  return at === undefined ? undefined : { at };
}
