import type { Connection } from '../redis/connect.ts';
import type { Shard } from '../shard-set.ts';
import { checkKey } from './check-key.ts';
import type { Finding, FindingKind } from './finding.ts';
import { Findings } from './findings.ts';
import { checkLists, MOST_EXPECTED } from './lists.ts';
import { createPace } from './pace.ts';
import type { ExpectedJob, Scope } from './scope.ts';
import { SLICE } from './scope.ts';

/** How a check of the key space is made. */
export interface KeyCheckOptions {
  readonly connection: Connection;
  readonly namespace: string;
  readonly shards: readonly Shard[];
  /** At most so many entries a second. @default as fast as leaves Redis half of the time to others */
  readonly rate?: number | undefined;
  /** How many findings of each kind are kept; all are counted. @default 100 */
  readonly most?: number;
  /** How long after the first look the second one comes, ms. @default 2000 */
  readonly againAfterMs?: number;
  /** Told of how many keys and entries were looked at. */
  readonly onProgress?: (looked: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What a check of the key space has found. */
export interface KeyReport {
  /** Keys, and entries of keys, that were looked at. */
  readonly looked: number;
  /** How many findings there are of each kind. */
  readonly counts: ReadonlyMap<FindingKind, number>;
  /** The first of each kind. */
  readonly findings: readonly Finding[];
}

/**
 * Goes through all keys of an installation, bit by bit, while it is in use, and tells what does not fit together. Reads only. What
 * looks wrong is looked at again some moments later, so that what just moved is no finding. Throws what the connection throws.
 */
export async function checkKeys(options: KeyCheckOptions): Promise<KeyReport> {
  const { connection, most = 100, againAfterMs = 2000, signal } = options;
  const findings = new Findings({ most, againAfterMs });
  const keepPace = createPace({ rate: options.rate, signal });
  let looked = 0;
  const step = async (more: number): Promise<void> => {
    looked += more;
    options.onProgress?.(looked);
    await keepPace(more);
  };
  const run: Run = { options, findings, step, expected: [], seen: new Set() };
  for (const node of connection.masters()) {
    let cursor = '0';
    do {
      const pattern = `{${options.namespace}:*}:*`;
      const [next, names] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SLICE);
      await checkPage(run, names);
      cursor = next;
    } while (cursor !== '0');
  }
  await checkExpected(run);
  await findings.settle(signal);
  return { looked, counts: findings.counts, findings: findings.kept };
}

interface Run {
  readonly options: KeyCheckOptions;
  readonly findings: Findings;
  readonly step: (looked: number) => Promise<void>;
  readonly expected: { readonly scope: Scope; readonly job: ExpectedJob }[];
  /** A scan names some keys twice; what takes several steps is done once. */
  readonly seen: Set<string>;
}

/** Looks at the keys of one step of the scan: small ones together, each of the others by itself. */
async function checkPage(run: Run, names: readonly string[]): Promise<void> {
  const { findings, options, step } = run;
  const long = await Promise.all([...new Set(names)].map((name) => checkName(run, name)));
  await step(names.length);
  for (const check of long) {
    await check?.();
    if (findings.isFull) await findings.settle(options.signal);
  }
  if (findings.isFull) await findings.settle(options.signal);
  if (run.expected.length >= MOST_EXPECTED) await checkExpected(run);
}

async function checkName(run: Run, name: string): Promise<(() => Promise<void>) | undefined> {
  const { namespace, shards } = run.options;
  const start = `{${namespace}:`;
  const [, number = '', key = ''] = /^(\d{1,4})\}:(.*)$/s.exec(name.slice(start.length)) ?? [];
  const shard = shards[Number(number)];
  // Another namespace, whose name begins with ours and a colon.
  if (!name.startsWith(start) || number === '') return undefined;
  if (shard === undefined) {
    const [home] = shards;
    if (home !== undefined) suspectShard(run, { home, name, number });
    return undefined;
  }
  const check = await checkKey(scopeOf(run, shard), key);
  if (check === undefined || run.seen.has(name)) return undefined;
  run.seen.add(name);
  return check;
}

function suspectShard(
  run: Run,
  { home, name, number }: { readonly home: Shard; readonly name: string; readonly number: string },
): void {
  const detail = `there is no shard ${number}: the installation has ${run.options.shards.length}`;
  const confirm = async (): Promise<boolean> => (await home.connection.redis.exists(name)) === 1;
  const finding = { kind: 'unknown-key', shard: Number(number), key: name, id: undefined, detail } as const;
  run.findings.add({ finding, confirm });
}

function scopeOf(run: Run, shard: Shard): Scope {
  const scope: Scope = {
    shard,
    step: run.step,
    suspect: (suspicion) => run.findings.add(suspicion),
    expect: (job) => run.expected.push({ scope, job }),
  };
  return scope;
}

/** Looks through the lists in which the jobs should stand that were met until now. */
async function checkExpected(run: Run): Promise<void> {
  const byShard = new Map<Shard, { readonly scope: Scope; readonly jobs: ExpectedJob[] }>();
  for (const { scope, job } of run.expected.splice(0)) {
    const part = byShard.get(scope.shard) ?? { scope, jobs: [] };
    part.jobs.push(job);
    byShard.set(scope.shard, part);
  }
  for (const { scope, jobs } of byShard.values()) await checkLists(scope, jobs);
  if (run.findings.isFull) await run.findings.settle(run.options.signal);
}
