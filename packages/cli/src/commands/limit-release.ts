import { defineCommand } from '../command.ts';
import { withClient } from '../connect.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

export const limitRelease = defineCommand<ReasonFlags>({
  usage: 'release <key> <job>',
  summary: 'Take a place of a limit from a job that does not run any more.',
  details:
    'Whoever waits for a place gets it. A job that has a right to its place keeps it: exit code 5. --json prints {"key", "id", "changed"}.',
  examples: ['linstock limit release bank 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --reason "its worker is gone"'],
  options: [auditReasonOption],
  run: async ({ args, options, output, settings }) => {
    const [key, id] = args as [string, string];
    await withClient(await settings(), ({ limits }) => limits.release(key, id, reasonIn(options)));
    await output.sheet({
      json: { key, id, changed: true },
      id,
      fields: [['Released', `the place of job ${id} in ${key}`]],
    });
  },
});
