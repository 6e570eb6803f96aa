import type { Finding, FindingKind, Shard } from '@linstock/core/internal';
import {
  actorOf,
  checkKeys,
  FINDING_KINDS,
  isRepairable,
  repairKeys,
  ShardSet,
} from '@linstock/core/internal';
import { canAsk, confirm } from './ask.ts';
import type { Invocation } from './command.ts';
import { openConnection } from './connect.ts';
import { UsageError } from './errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT } from './exit-codes.ts';
import { grouped } from './format-number.ts';
import type { Settings } from './options.ts';
import type { Output } from './output.ts';
import { startProgress } from './progress.ts';
import type { ReasonFlags } from './reason.ts';
import { reasonIn } from './reason.ts';
import { redact } from './redact.ts';
import type { Column } from './table.ts';

/** Flags of a check of the key space. */
export interface KeyCheckFlags extends ReasonFlags {
  readonly checkKeys?: boolean;
  readonly rate?: number;
  readonly repair?: boolean;
  readonly yes?: boolean;
}

/** How many findings of each kind are shown. */
const MOST_SHOWN = 100;
/** How many of each kind one run repairs. */
const MOST_REPAIRED = 10_000;

interface Row extends Finding {
  readonly meaning: string;
  readonly advice: string;
  readonly repaired: boolean;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'KIND', value: ({ kind }) => kind, paint: ({ repaired }) => (repaired ? 'good' : 'bad') },
  { title: 'KEY', value: ({ key }) => key, most: 60 },
  { title: 'ID', value: ({ id }) => id ?? '', most: 40 },
  { title: 'WHAT', value: ({ detail, repaired }) => (repaired ? `${detail}: repaired` : detail), most: 60 },
  { title: 'MEANING', value: ({ meaning }) => meaning, isWide: true },
  { title: 'ADVICE', value: ({ advice }) => advice, isWide: true },
];

/** Refuses flags of a check of the key space without it. @throws {CliError} `USAGE` */
export function assertKeyFlags({ checkKeys: isOn, rate, repair, yes, reason }: KeyCheckFlags): void {
  const given = { '--rate': rate, '--repair': repair };
  for (const [flag, value] of Object.entries(given))
    if (value !== undefined && isOn !== true) throw new UsageError(`${flag} needs --check-keys`);
  for (const [flag, value] of Object.entries({ '--yes': yes, '--reason': reason }))
    if (value !== undefined && repair !== true) throw new UsageError(`${flag} needs --repair`);
  if (repair === true && yes !== true && !canAsk())
    throw new UsageError(
      '--repair changes keys: see what is found without it, then add --yes; or run it on a terminal',
    );
}

/** Checks the key space, and repairs what is asked for. */
export async function runKeyCheck({
  options,
  output,
  settings,
}: Invocation<KeyCheckFlags>): Promise<ExitCode> {
  const own = await settings();
  const connection = await openConnection(own);
  try {
    const shards = await new ShardSet(connection, own.namespace, undefined).open(own.connectTimeoutMs);
    const progress = startProgress('keys and entries');
    const most = options.repair === true ? MOST_REPAIRED : MOST_SHOWN;
    const report = await checkKeys({
      connection,
      namespace: own.namespace,
      shards,
      rate: options.rate,
      most,
      onProgress: (looked) => progress.show(looked),
    }).finally(() => progress.end());
    if (output.isForPeople) explain(output, report.counts);
    const repaired = options.repair === true ? await repairSafe(shards, report.findings, options) : [];
    const rows = shown(report.findings).map((finding) => rowOf(finding, repaired));
    const total = [...report.counts.values()].reduce((sum, n) => sum + n, 0);
    const counts = Object.fromEntries(report.counts);
    const json = {
      ...placeOf(own),
      looked: report.looked,
      counts,
      repaired: repaired.length,
      findings: rows,
    };
    const empty = `${grouped(report.looked)} keys and entries were looked at: everything fits.`;
    await output.list({ rows, columns: COLUMNS, id: ({ id, key }) => id ?? key, json, empty });
    if (repaired.length > 0)
      output.note(`${repaired.length} of ${total} findings were repaired; see linstock audit list`);
    return total > repaired.length ? EXIT.failure : EXIT.ok;
  } finally {
    connection.close();
  }
}

function placeOf({ redis, namespace }: Settings): object {
  return { redis: typeof redis === 'string' ? redact(redis) : 'as configured', namespace };
}

async function repairSafe(
  shards: readonly Shard[],
  findings: readonly Finding[],
  options: KeyCheckFlags,
): Promise<Finding[]> {
  const safe = findings.filter(isRepairable);
  if (safe.length === 0) return [];
  if (options.yes !== true) await confirm(`Repair ${grouped(safe.length)} of the findings?`);
  return repairKeys(shards, safe, actorOf(reasonIn(options), 'doctor'));
}

/** At most so many of each kind. */
function shown(findings: readonly Finding[]): Finding[] {
  const counts = new Map<FindingKind, number>();
  return findings.filter(({ kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return count <= MOST_SHOWN;
  });
}

function rowOf(finding: Finding, repaired: readonly Finding[]): Row {
  return { ...finding, ...FINDING_KINDS[finding.kind], repaired: repaired.includes(finding) };
}

function explain(output: Output, counts: ReadonlyMap<FindingKind, number>): void {
  for (const [kind, count] of counts) {
    const { meaning, advice } = FINDING_KINDS[kind];
    const some = count > MOST_SHOWN ? ` (${MOST_SHOWN} shown)` : '';
    output.note(`${kind}: ${grouped(count)}${some}. ${meaning}; ${advice}`);
  }
}
