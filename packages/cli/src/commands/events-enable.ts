import { defineCommand, option } from '../command.ts';
import { withClient } from '../connect.ts';
import { wholeNumberFrom } from '../parse-values.ts';

interface Flags {
  readonly maxLength?: number;
}

const DEFAULT_LENGTH = 10_000;

export const eventsEnable = defineCommand<Flags>({
  usage: 'enable',
  summary: 'Let every transition of jobs be written down, for events tail and subscriptions.',
  details:
    'About 1 µs of Redis for each transition, and 55 bytes for each that is kept. Again: changes how many are kept. --json prints {"enabled", "maxLength"}.',
  examples: ['linstock events enable', 'linstock events enable --max-length 1000000'],
  options: [
    option(
      '--max-length <n>',
      `about how many each shard keeps, 100 to 10000000 (default ${DEFAULT_LENGTH})`,
      wholeNumberFrom(100, 10_000_000),
    ),
  ],
  run: async ({ options, output, settings }) => {
    const { maxLength = DEFAULT_LENGTH } = options;
    await withClient(await settings(), ({ events }) => events.enable({ maxLength }));
    await output.sheet({
      json: { enabled: true, maxLength },
      id: 'enabled',
      fields: [['Events', `written down, about ${maxLength} are kept`]],
    });
  },
});
