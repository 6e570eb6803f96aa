import type { MoveTarget, Priority } from '@linstock/core';
import { CHANGE_DETAILS, changeOptions } from '../change-flags.ts';
import type { ChangeFlags } from '../change-flags.ts';
import { changeEach, changeJobs } from '../change-jobs.ts';
import { defineCommand, option } from '../command.ts';
import { UsageError } from '../errors.ts';
import { oneOfWords, PRIORITIES, queue } from '../parse-values.ts';

interface Flags extends Omit<ChangeFlags, 'queue'> {
  readonly queue?: string;
  readonly priority?: Priority;
  readonly fromQueue?: string;
}

export const jobMove = defineCommand<Flags>({
  usage: 'move [id...]',
  summary: 'Give jobs that wait another queue, priority, or both, by their ids or by filters.',
  details: `--queue tells where to; the filter by queue is --from-queue. ${CHANGE_DETAILS}`,
  examples: [
    'linstock job move 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --queue mail --priority high',
    "linstock job move --state enqueued --from-queue default --name 'mail.*' --queue mail",
  ],
  options: [
    option('--queue <name>', 'to this queue', queue),
    option('--priority <priority>', `to this priority: ${PRIORITIES.join(', ')}`, oneOfWords(PRIORITIES)),
    option('--from-queue <name>', 'in this queue', queue),
    ...changeOptions.filter(({ long }) => long !== '--queue'),
  ],
  run: async (invocation) => {
    const { queue: _, priority: __, fromQueue, ...rest } = invocation.options;
    const to = targetIn(invocation.options);
    const options: ChangeFlags = fromQueue === undefined ? rest : { ...rest, queue: fromQueue };
    await changeJobs(
      {
        bulk: { verb: 'move', to },
        done: 'moved',
        apply: (client, ids, own) => changeEach(ids, (id) => client.move(id, { ...to, ...own })),
      },
      { ...invocation, options },
    );
  },
});

function targetIn({ queue: name, priority }: Flags): MoveTarget {
  if (name === undefined && priority === undefined)
    throw new UsageError('tell where to, by --queue, --priority, or both');
  return { ...(name !== undefined && { queue: name }), ...(priority !== undefined && { priority }) };
}
