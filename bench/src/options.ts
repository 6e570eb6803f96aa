import { parseArgs } from 'node:util';

import { PEER_NAMES, type PeerName } from './peer.ts';
import type { Durability } from './redis-server.ts';
import { isRowName, ROWS, type RowName } from './rows.ts';
import { FULL, QUICK, withJobs, type Sizes } from './sizes.ts';

export const USAGE = `Usage: npm run bench -- [options]
  --quick           all rows in at most 90 s: fewer jobs, fewer runs
  --json            end with one line of JSON
  --only <row,…>    only these rows: ${ROWS.map((row) => row.name).join(', ')}
  --peers <name,…>  only these of ${PEER_NAMES.join(', ')}
  --runs <n>        alternating runs per figure
  --jobs <n>        jobs per throughput run
  --aof             only with appendonly everysec
  --no-aof          only without persistence (a full run otherwise does both)
  --help            this text`;

export interface Options {
  readonly isHelp: boolean;
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly rows: readonly RowName[];
  readonly peers: readonly PeerName[];
  readonly durabilities: readonly Durability[];
  readonly sizes: Sizes;
}

/** An option that does not exist, or a value that it cannot have. */
export class InvalidOptionError extends Error {
  readonly code = 'INVALID_OPTION';
}

const ARGUMENTS = {
  quick: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  only: { type: 'string' },
  peers: { type: 'string' },
  runs: { type: 'string' },
  jobs: { type: 'string' },
  aof: { type: 'boolean', default: false },
  'no-aof': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: ARGUMENTS, allowPositionals: false }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionError(message.split(/\. /)[0], { cause: error });
  }
}

function isPeerName(name: string): name is PeerName {
  return PEER_NAMES.some((peer) => peer === name);
}

function listOf<T extends string>(option: string, value: string, isKnown: (name: string) => name is T): T[] {
  return value.split(',').map((name) => {
    if (!isKnown(name)) throw new InvalidOptionError(`${option}: there is no '${name}'`);
    return name;
  });
}

function countOf(option: string, value: string): number {
  const count = Number(value);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidOptionError(`${option} takes a whole number from 1, not '${value}'`);
  return count;
}

/** The fourteen rows, and in a full run the extra ones too. */
function defaultRows(isQuick: boolean): RowName[] {
  return ROWS.filter((row) => !(isQuick && row.isExtra)).map((row) => row.name);
}

function resolveSizes({ quick, runs, jobs }: ReturnType<typeof readArguments>): Sizes {
  const sizes = quick ? QUICK : FULL;
  const sized = jobs === undefined ? sizes : withJobs(sizes, countOf('--jobs', jobs));
  return runs === undefined ? sized : { ...sized, runs: countOf('--runs', runs) };
}

function resolveDurabilities(values: ReturnType<typeof readArguments>): Durability[] {
  if (values.aof && values['no-aof']) throw new InvalidOptionError('--aof and --no-aof exclude each other');
  if (values.aof) return ['aof-everysec'];
  return values.quick || values['no-aof'] ? ['none'] : ['none', 'aof-everysec'];
}

export function readOptions(args: readonly string[]): Options {
  const values = readArguments(args);
  return {
    isHelp: values.help,
    isQuick: values.quick,
    isJson: values.json,
    rows: values.only === undefined ? defaultRows(values.quick) : listOf('--only', values.only, isRowName),
    peers: values.peers === undefined ? PEER_NAMES : listOf('--peers', values.peers, isPeerName),
    durabilities: resolveDurabilities(values),
    sizes: resolveSizes(values),
  };
}
