import type { AuditFilter } from '@linstock/core';
import { AUDIT_TAIL, auditFilterIn, auditFilterOptions } from '../audit-view.ts';
import { defineCommand, option } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { followAudit } from '../follow-audit.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { tailPrinter } from '../tail.ts';

interface Flags extends AuditFilter {
  readonly lines?: number;
}

const DEFAULT_LINES = 10;

export const auditTail = defineCommand<Flags>({
  usage: 'tail',
  summary: 'Follow who changes what and why, until Ctrl-C; looks every second.',
  details: 'An outage of Redis is told, and outlived. JSON takes a line for each entry.',
  examples: ['linstock audit tail', 'linstock audit tail --lines 0 --action purge -o ndjson'],
  options: [
    option(
      '--lines <n>',
      `so many that are there already, 0 to 500 (default ${DEFAULT_LINES})`,
      wholeNumberFrom(0, 500),
    ),
    ...auditFilterOptions,
  ],
  run: async ({ options, output, settings }) => {
    const filter = auditFilterIn(options);
    const { lines = DEFAULT_LINES } = options;
    const print = tailPrinter(output, AUDIT_TAIL);
    await withMonitor(await settings(), async (monitor) => {
      const entries = followAudit({ monitor, filter, lines, tell: (line) => output.warn(line) });
      for await (const entry of entries) await print(entry);
    });
  },
});
