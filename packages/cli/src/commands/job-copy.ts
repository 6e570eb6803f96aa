import type { CopyChanges, Priority } from '@linstock/core';
import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import type { DueFlags } from '../due-flags.ts';
import { dueIn, dueOptions } from '../due-flags.ts';
import { readInput } from '../parse-input.ts';
import { oneOfWords, PRIORITIES, queue } from '../parse-values.ts';

interface Flags extends DueFlags {
  readonly queue?: string;
  readonly priority?: Priority;
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
    ...dueOptions(' (default: now)'),
  ],
  run: async ({ args, options, output, settings }) => {
    const [like, text] = args as [string, string | undefined];
    const input = text === undefined ? {} : { input: await readInput(text) };
    const { in: _in, at: _at, ...place } = options;
    const due = dueIn(options);
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
