import { defineCommand, option, plainOption } from '../command.ts';
import { withClient, withMonitor } from '../connect.ts';
import { orWord, wholeNumberFrom } from '../parse-values.ts';
import type { LimitFlags } from '../queue-limits.ts';
import { changedLimits, checkFlags, isChange, limitSheet, readLimits } from '../queue-limits.ts';
import { rate } from '../rate.ts';
import type { ReasonFlags } from '../reason.ts';
import { auditReasonOption, reasonIn } from '../reason.ts';

const parseMost = wholeNumberFrom(1, 100_000);

export const queueLimit = defineCommand<LimitFlags & ReasonFlags>({
  usage: 'limit <name>',
  summary: 'Show or set how much of a queue runs at one time, starts in a time, and may wait.',
  details:
    'It holds over all workers. What is not named stays as it is; "none" takes one limit away, --clear all of them. --json prints {"name", "settings": {"limit", "rate", "size"}}; null: no limit.',
  examples: [
    'linstock queue limit mail',
    'linstock queue limit mail --limit 20 --rate 100/1m --reason "the provider asked for it"',
    'linstock queue limit mail --size 10000 --rate none',
    'linstock queue limit mail --clear',
  ],
  options: [
    option('--limit <n>', 'so many run at one time, 1 to 100000, or none', orWord('none', parseMost)),
    option('--rate <n/time>', 'so many start in a time, such as 100/1m, or none', orWord('none', rate)),
    option(
      '--burst <n>',
      'with --rate: so many start at once after a pause, or "window": no more in any such time (default: the rate)',
      orWord('window', parseMost),
    ),
    option(
      '--size <n>',
      'so many may wait, more are refused; or none',
      orWord('none', wholeNumberFrom(1, 999_999_999_999)),
    ),
    plainOption('--clear', 'take all limits away'),
    auditReasonOption,
  ],
  run: async ({ args, options, output, settings }) => {
    const name = args[0] as string;
    checkFlags(options);
    if (!isChange(options)) {
      const found = await withMonitor(await settings(), (monitor) => readLimits(monitor, name));
      return output.sheet(limitSheet(name, found));
    }
    const { settings: before } = await withMonitor(await settings(), (monitor) => monitor.queue(name));
    const after = changedLimits(before, options);
    await withClient(await settings(), (client) => client.queue(name).configure(after, reasonIn(options)));
    await output.sheet(limitSheet(name, after));
  },
});
