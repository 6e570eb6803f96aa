import type { Client, JobContract, Priority, RecurringOptions, RunOptions } from '@linstock/core';
import { describedContract } from '@linstock/core/internal';
import { defineCommand, option, plainOption } from '../command.ts';
import { withBoth } from '../connect.ts';
import { CliError } from '../errors.ts';
import { readInput } from '../parse-input.ts';
import { duration, instant, oneOfWords, PRIORITIES, queue, wholeNumberFrom } from '../parse-values.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';
import { runsJson, runText } from '../runs-view.ts';
import type { ScheduleFlags } from '../schedule-flags.ts';
import { scheduleIn, scheduleOptions } from '../schedule-flags.ts';

interface Flags extends ScheduleFlags, ReasonFlags {
  readonly queue?: string;
  readonly priority?: Priority;
  readonly maxAttempts?: number;
  readonly misfire?: 'once' | 'all' | 'skip';
  readonly misfireAfter?: number;
  readonly overlap?: 'allow' | 'skip';
  readonly startAt?: Date;
  readonly endAt?: Date;
  readonly jitter?: number;
  readonly replace?: boolean;
}

interface Definition {
  readonly id: string;
  readonly contract: JobContract;
  readonly input: unknown;
  readonly options: Flags;
}

const SHOWN = 5;

export const recurringAdd = defineCommand<Flags>({
  usage: 'add <id> <name> [input]',
  summary: 'Define a recurring job: each tick of its schedule enqueues a job of this name.',
  details:
    'The input is JSON, @file, or - for standard input (default null). Without --queue its jobs wait where workers have said that this job belongs, else in "default". One that is there already is refused, or replaced as a whole with --replace. --json prints {"id", "outcome", "next", "clock"}; the outcome is created, changed or same.',
  examples: [
    `linstock recurring add daily-report report.build '{"kind":"daily"}' --cron '0 3 * * *' --time-zone Europe/Berlin`,
    'linstock recurring add heartbeat ping --every 30s --misfire skip --overlap skip --queue health',
    'linstock recurring add daily-report report.build @input.json --cron @daily --replace --reason "UTC from now on"',
  ],
  options: [
    ...scheduleOptions,
    option('--queue <name>', 'queue of its jobs', queue),
    option('--priority <priority>', `of its jobs: ${PRIORITIES.join(', ')}`, oneOfWords(PRIORITIES)),
    option('--max-attempts <n>', 'how often each job is tried, 1 to 1000', wholeNumberFrom(1, 1000)),
    option(
      '--misfire <what>',
      'ticks that nobody ran in time: once (one run for all, the default), all or skip',
      oneOfWords(['once', 'all', 'skip']),
    ),
    option(
      '--misfire-after <duration>',
      'how late a tick may run with --misfire skip (default 1m)',
      duration,
    ),
    option(
      '--overlap <what>',
      'a tick while the last run goes on: allow (default) or skip',
      oneOfWords(['allow', 'skip']),
    ),
    option('--start-at <time>', 'no tick before, such as 2030-01-31T09:00:00Z', instant),
    option('--end-at <time>', 'no tick after', instant),
    option('--jitter <duration>', 'start later than the tick by less than this', duration),
    plainOption('--replace', 'also one that is there already'),
    auditReasonOption,
  ],
  run: async ({ args, options, output, settings }) => {
    const [id, name, text = 'null'] = args as [string, string, string | undefined];
    const own = { name, ...(options.queue !== undefined && { queue: options.queue }) };
    const schedule = scheduleIn(options);
    const input = await readInput(text);
    await withBoth(await settings(), async ({ client, monitor }) => {
      const contract = await describedContract(monitor, own);
      const outcome = await define(client, { id, contract, input, options });
      const next = await client.recurring.nextRuns(id, SHOWN);
      await output.sheet({
        json: { id, outcome, ...runsJson(next) },
        id,
        fields: [
          ['Recurring', `${id} ${outcome === 'same' ? 'is so already' : outcome}`],
          ['Job', `${name} in queue ${contract.queue}`],
          ['Next', next.length === 0 ? 'none' : next.map((run) => runText(run, schedule.timeZone))],
        ],
      });
    });
  },
});

/** Another definition that somebody made must not be overwritten by chance. */
async function define(client: Client, { id, contract, input, options }: Definition): Promise<string> {
  if (options.replace !== true && (await client.recurring.get(id)) !== undefined)
    throw new CliError(
      'RECURRING_EXISTS',
      `there is a recurring job "${id}" already: choose another id, or replace it with --replace`,
      { id },
    );
  return client.recurring.upsert(id, contract, input, upsertOptions(options));
}

function upsertOptions(flags: Flags): RecurringOptions & RunOptions {
  const { replace: _replace, reason: _reason, cron: _cron, every: _every, timeZone: _zone, ...rest } = flags;
  return { ...rest, ...scheduleIn(flags), ...reasonIn(flags) };
}
