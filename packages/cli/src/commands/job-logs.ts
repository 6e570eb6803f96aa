import type { JobActivity, LogLine, Monitor } from '@linstock/core';
import { JobNotFoundError } from '@linstock/core';
import { defineCommand, option } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { toJsonLine } from '../escape.ts';
import { formatExact } from '../format-time.ts';
import type { Output } from '../output.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { Column } from '../table.ts';
import type { WatchFlags } from '../watch.ts';
import { watched, watchOptions } from '../watch.ts';

interface Flags extends WatchFlags {
  readonly lines?: number;
}

const COLUMNS: readonly Column<LogLine>[] = [
  { title: 'TIME', value: ({ at }) => formatExact(at) },
  { title: 'LEVEL', value: ({ level }) => level },
  { title: 'MESSAGE', value: ({ message }) => message },
  { title: 'FIELDS', value: fieldsOf },
];

export const jobLogs = defineCommand<Flags>({
  usage: 'logs <id>',
  summary: 'Show what a job told of itself by ctx.log and ctx.progress.',
  details: 'It is kept for a day after the job’s last word. --json prints {"id", "progress", "log"}.',
  examples: [
    'linstock job logs 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    'linstock job logs 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --lines 20 --watch',
  ],
  options: [
    option('--lines <n>', 'the newest lines, 1 to 1000 (default 200)', wholeNumberFrom(1, 1000)),
    ...watchOptions,
  ],
  run: async ({ args, options, output, settings }) => {
    const id = args[0] as string;
    const { lines = 200 } = options;
    await withMonitor(await settings(), (monitor) =>
      watched({ flags: options, output }, async (out) => print(out, id, await read(monitor, id, lines))),
    );
  },
});

async function read(monitor: Monitor, id: string, lines: number): Promise<JobActivity> {
  const [job, activity] = await Promise.all([monitor.job(id), monitor.activity(id, { lines })]);
  if (job === undefined) throw new JobNotFoundError(id);
  return activity;
}

async function print(output: Output, id: string, { progress, log }: JobActivity): Promise<void> {
  if (output.isForPeople && progress !== undefined) output.note(`progress ${toJsonLine(progress)}`);
  await output.list({
    rows: log,
    columns: COLUMNS,
    id: ({ message }) => message,
    json: { id, progress: progress ?? null, log },
    empty: 'It has logged nothing, or that was over a day ago.',
  });
}

function fieldsOf({ at: _at, level: _level, message: _message, ...fields }: LogLine): string {
  return Object.keys(fields).length === 0 ? '' : toJsonLine(fields);
}
