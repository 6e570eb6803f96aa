import type { Client, EventGap, EventVerb, JobTransition, ReachedState } from '@linstock/core';
import { JOB_STATES } from '@linstock/core';
import { closest, EVENT_VERBS } from '@linstock/core/internal';
import { InvalidArgumentError } from 'commander';
import { defineCommand, option, plainOption } from '../command.ts';
import { withClient } from '../connect.ts';
import { CliError } from '../errors.ts';
import { toJsonLine } from '../escape.ts';
import { EVENT_TAIL } from '../event-view.ts';
import type { Output } from '../output.ts';
import { oneOfWords, wholeNumberFrom } from '../parse-values.ts';
import { tailPrinter } from '../tail.ts';

interface Flags {
  readonly verb?: readonly EventVerb[];
  readonly state?: ReachedState;
  readonly job?: string;
  readonly from?: string;
  readonly limit?: number;
}

const STATES: readonly ReachedState[] = [...JOB_STATES, 'none', 'quarantine'];

export const eventsTail = defineCommand<Flags>({
  usage: 'tail',
  summary: 'Follow the transitions of all jobs, until Ctrl-C.',
  details:
    'Needs events, which are off by default: linstock events enable. An event has its verb, the job and the state that it has reached; see the rest by linstock job get. A gap tells that some are missing. With JSON, a line each: {"kind", "verb", "id", "state", "at", "cursor"}.',
  examples: [
    'linstock events tail --verb fail,cancel',
    'linstock events tail --from oldest -o ndjson',
    'linstock events tail --job 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
  ],
  options: [
    option('--verb <verbs>', 'only these, divided by commas, such as fail,cancel', verbList),
    option('--state <state>', `only what reaches it: ${STATES.join(', ')}`, oneOfWords(STATES)),
    plainOption('--job <id>', 'only of this job'),
    plainOption('--from <place>', 'new (default), oldest, or the cursor of an event, to go on after it'),
    option('--limit <n>', 'end after so many', wholeNumberFrom(1, 999_999_999)),
  ],
  run: async ({ options, output, settings }) =>
    withClient(await settings(), async (client) => {
      if (!(await client.events.isEnabled())) throw eventsAreOff();
      tellOutages(client, output);
      await follow(client, options, output);
    }),
});

async function follow(client: Client, flags: Flags, output: Output): Promise<void> {
  const { verb, from, limit = Infinity } = flags;
  const subscription = client.events.subscribe({
    ...(verb !== undefined && { verbs: verb }),
    ...(from !== undefined && { from }),
  });
  await subscription.ready();
  if (output.isForPeople) output.note('waiting for events; Ctrl-C ends it');
  const print = tailPrinter(output, EVENT_TAIL);
  let printed = 0;
  for await (const event of subscription) {
    if (event.kind === 'gap') await printGap(output, event);
    else if (fits(event, flags)) {
      await print(event);
      if (++printed >= limit) return;
    }
  }
}

function fits({ id, state }: JobTransition, { job, state: wanted }: Flags): boolean {
  return (job === undefined || id === job) && (wanted === undefined || state === wanted);
}

async function printGap(output: Output, gap: EventGap): Promise<void> {
  output.warn(`events of shard ${gap.shard} are missing here: they were trimmed, or switched off`);
  if (output.format === 'json' || output.format === 'ndjson') await output.write(toJsonLine(gap));
}

/** The subscription outlives an outage; whoever waits for events should know why none comes. */
function tellOutages({ events }: Client, output: Output): void {
  events.on('disconnected', () => output.warn('the connection to Redis broke, it is tried again'));
  events.on('connected', () => output.warn('connected again'));
}

function eventsAreOff(): CliError {
  const message = 'no event is written down, so none would come: switch them on by linstock events enable';
  return new CliError('EVENTS_OFF', message);
}

function verbList(text: string): EventVerb[] {
  return text.split(',').map((word) => {
    const verb = word.trim();
    if (EVENT_VERBS.includes(verb)) return verb as EventVerb;
    const near = closest(verb, [...EVENT_VERBS]);
    const hint = near === undefined ? `there are ${EVENT_VERBS.join(', ')}` : `did you mean ${near}?`;
    throw new InvalidArgumentError(`There is no verb "${verb}"; ${hint}`);
  });
}
