import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT } from '../exit-codes.ts';

export const jobWhy = defineCommand({
  usage: 'why <id>',
  summary: 'Say why a job is not running, the most decisive reason first.',
  details: 'docs/why.md tells what to do about each reason. --json prints {"id", "reasons"}.',
  examples: ['linstock job why 01JZ7Q4N0W6F3V8Y2K5T9R1X00'],
  run: async ({ args, output, settings }): Promise<ExitCode> => {
    const id = args[0] as string;
    const reasons = await withMonitor(await settings(), (monitor) => monitor.why(id));
    await output.list({
      rows: reasons,
      columns: [
        { title: 'REASON', value: ({ code }) => code },
        { title: 'WHAT', value: ({ message }) => message },
      ],
      id: ({ code }) => code,
      json: { id, reasons },
      empty: '',
    });
    return reasons[0].code === 'NOT_FOUND' ? EXIT.notFound : EXIT.ok;
  },
});
