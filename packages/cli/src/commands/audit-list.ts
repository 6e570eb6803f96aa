import type { AuditFilter } from '@linstock/core';
import { AUDIT_COLUMNS, auditFilterIn, auditFilterOptions } from '../audit-view.ts';
import { defineCommand, option, plainOption } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { wholeNumberFrom } from '../parse-values.ts';

interface Flags extends AuditFilter {
  readonly limit?: number;
  readonly before?: string;
}

export const auditList = defineCommand<Flags>({
  usage: 'list',
  summary: 'List who changed what, when and why, the newest first.',
  details: '--json prints {"entries"}; the cursor of the last one is the --before of the next page.',
  examples: ['linstock audit list --limit 20', 'linstock audit list --actor ada -o ndjson'],
  options: [
    option('--limit <n>', 'how many, 1 to 500 (default 100)', wholeNumberFrom(1, 500)),
    ...auditFilterOptions,
    plainOption('--before <cursor>', 'only what is older'),
  ],
  run: async ({ options, output, settings }) => {
    const { limit, before } = options;
    const asked = { ...auditFilterIn(options), before, ...(limit !== undefined && { limit }) };
    const entries = await withMonitor(await settings(), (monitor) => monitor.audit(asked));
    await output.list({
      rows: entries,
      columns: AUDIT_COLUMNS,
      id: ({ cursor }) => cursor,
      json: { entries },
      empty: 'Nobody has changed anything.',
    });
  },
});
