import type { AuditEntry } from '@linstock/core';
import { defineCommand, option, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { toJsonLine } from '../escape.ts';
import { formatExact } from '../format-time.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import type { Column } from '../table.ts';

interface Flags {
  readonly limit?: number;
  readonly actor?: string;
  readonly action?: string;
  readonly target?: string;
  readonly before?: string;
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { title: 'WHEN', value: ({ at }) => formatExact(at) },
  { title: 'WHO', value: ({ actor }) => actor, most: 40 },
  { title: 'ACTION', value: ({ action }) => action, most: 40 },
  { title: 'TARGET', value: ({ target }) => target, most: 40 },
  { title: 'WHY', value: ({ reason }) => reason, most: 60 },
  { title: 'CURSOR', value: ({ cursor }) => cursor, isWide: true },
  { title: 'DETAILS', value: ({ details }) => toJsonLine(details), isWide: true },
];

export const auditList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List who changed what, when and why, the newest first.',
  details: '--json prints {"entries"}; the cursor of the last one is the --before of the next page.',
  examples: ['linstock audit list --limit 20', 'linstock audit list --actor ada -o ndjson'],
  options: [
    option('--limit <n>', 'how many, 1 to 500 (default 100)', wholeNumberFrom(1, 500)),
    plainOption('--actor <name>', 'only what this one did'),
    plainOption('--action <verb>', 'only this verb, such as cancel or pause'),
    plainOption('--target <id>', 'only what was done to this job, queue, batch or recurring job'),
    plainOption('--before <cursor>', 'only what is older'),
  ],
  run: async ({ options: { limit, actor, action, target, before }, output, settings }) => {
    const asked = { actor, action, target, before, ...(limit !== undefined && { limit }) };
    const entries = await withMonitor(await settings(), (monitor) => monitor.audit(asked));
    await output.list({
      rows: entries,
      columns: COLUMNS,
      id: ({ cursor }) => cursor,
      json: { entries },
      empty: 'Nobody has changed anything.',
    });
  },
});
