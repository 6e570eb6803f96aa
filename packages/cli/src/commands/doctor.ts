import { defineCommand, option, plainOption } from '../command.ts';
import { openConnection, withMonitor } from '../connect.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT } from '../exit-codes.ts';
import { checkInstallation } from '../installation-checks.ts';
import type { KeyCheckFlags } from '../key-check.ts';
import { assertKeyFlags, runKeyCheck } from '../key-check.ts';
import type { Settings } from '../options.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { auditReasonOption } from '../reason.ts';
import { redact } from '../redact.ts';
import type { Finding } from '../server-checks.ts';
import { checkFacts } from '../server-checks.ts';
import { readServerFacts } from '../server-facts.ts';
import type { Column, Paint } from '../table.ts';

const PAINTS: Readonly<Record<Finding['level'], Paint>> = {
  ok: 'good',
  warning: 'busy',
  problem: 'bad',
  unknown: 'faint',
};
const COLUMNS: readonly Column<Finding>[] = [
  { title: 'CHECK', value: ({ check }) => check },
  { title: 'LEVEL', value: ({ level }) => level, paint: ({ level }) => PAINTS[level] },
  { title: 'WHAT', value: ({ message }) => message },
];

export const doctor = defineCommand<KeyCheckFlags>({
  usage: 'doctor',
  summary: 'Check Redis and the installation, and say what to do.',
  details:
    'Checks version, eviction, memory, persistence, latency, clock, access, topology, workers, queues, damaged records, and a sample of jobs. Exit code 1 when there is a problem; warnings are none. --json prints {"redis", "namespace", "findings"}. With --check-keys it goes through all keys of the installation instead, while it is in use, and tells what does not fit together (docs/doctor.md); exit code 1 when something is found and not repaired; --json prints {"redis", "namespace", "looked", "counts", "repaired", "findings"}.',
  examples: [
    'linstock doctor',
    'linstock doctor --redis redis://127.0.0.1:6379 --json',
    'linstock doctor --check-keys',
    'linstock doctor --check-keys --rate 5000 -o wide',
    'linstock doctor --check-keys --repair --reason "after the outage"',
  ],
  options: [
    plainOption('--check-keys', 'go through all keys, and tell what does not fit together'),
    option(
      '--rate <n>',
      'with --check-keys: at most so many keys and entries a second (default: half of the time)',
      wholeNumberFrom(1, 1_000_000),
    ),
    plainOption('--repair', 'with --check-keys: repair what is safe to repair'),
    plainOption('--yes', 'with --repair: do not ask; where no terminal is'),
    auditReasonOption,
  ],
  run: async (invocation): Promise<ExitCode> => {
    const { options, output, settings } = invocation;
    assertKeyFlags(options);
    if (options.checkKeys === true) return runKeyCheck(invocation);
    const all = await settings();
    const findings = await examine(all);
    const redis = typeof all.redis === 'string' ? redact(all.redis) : 'as configured';
    const json = { redis, namespace: all.namespace, findings };
    await output.list({ rows: findings, columns: COLUMNS, id: ({ check }) => check, json, empty: '' });
    return findings.some(({ level }) => level === 'problem') ? EXIT.failure : EXIT.ok;
  },
});

async function examine(settings: Settings): Promise<Finding[]> {
  const connection = await openConnection(settings);
  try {
    const server = checkFacts(await readServerFacts(connection));
    // A server that is not fit has no installation that could be opened.
    if (server.some(({ check, level }) => check === 'fitness' && level === 'problem')) return server;
    return [...server, ...(await withMonitor(settings, checkInstallation))];
  } finally {
    connection.close();
  }
}
