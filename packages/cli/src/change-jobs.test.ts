import { expect, test } from 'vitest';
import type { ChangeFlags } from './change-flags.ts';
import { changeJobs } from './change-jobs.ts';
import type { Invocation } from './command.ts';

const ID = '01JZ7Q4N0W6F3V8Y2K5T9R1X00';

test.each<{ what: string; message: string; ids?: string[]; options?: ChangeFlags }>([
  { what: 'nothing named', message: 'name jobs by their ids' },
  { what: 'no state', options: { name: 'x', yes: true }, message: 'needs --state, one of scheduled' },
  {
    what: 'a state that the verb does not change',
    options: { state: 'awaiting', yes: true },
    message: '--state awaiting: requeue changes no such jobs; it must be one of scheduled, s',
  },
  { what: 'a count of ids', ids: [ID], options: { dryRun: true }, message: '--dry-run goes with filters' },
  { what: 'a rate for ids', ids: [ID], options: { rate: 5 }, message: '--rate goes with filters' },
  {
    what: 'ids and filters',
    ids: [ID],
    options: { state: 'failed' },
    message: 'either ids of jobs or filters',
  },
])('a change is refused before anything is looked at: $what', async ({ ids = [], options = {}, message }) => {
  const requeue = { bulk: { verb: 'requeue' }, done: 'requeued', apply: async () => [] } as const;
  // Neither settings nor an output: nothing must be read or said.
  const invocation = { args: [ids], options } as unknown as Invocation<ChangeFlags>;
  await expect(async () => changeJobs(requeue, invocation)).rejects.toThrow(message);
});
