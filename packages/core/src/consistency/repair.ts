import type { Actor } from '../store/change-call.ts';
import { LimitStore } from '../store/limit-store.ts';
import { KEY } from '../redis/keys.ts';
import type { Shard } from '../shard-set.ts';
import type { Finding, FindingKind } from './finding.ts';

/** Repairs of findings, each by a script that checks for itself that it is right and writes it to the audit log. */

type Repair = (store: LimitStore, finding: Finding, actor: Actor) => Promise<boolean>;

const REPAIRS: Partial<Record<FindingKind, Repair>> = {
  // oxlint-disable-next-line max-params -- what repairs, what is to be repaired, and who says so
  'place-without-right': async (store, { key, entry = '' }, actor) => {
    const limit = key.slice(key.indexOf(KEY.holders) + KEY.holders.length);
    return (await store.free(limit, entry, actor)) === 'OK';
  },
  // oxlint-disable-next-line max-params -- as above
  'unique-key-of-ended-job': async (store, { key, id = '' }, actor) =>
    (await store.unlock(key.slice(key.indexOf(KEY.lock) + KEY.lock.length), id, actor)) === 'OK',
};

/** Whether a finding can be repaired without a risk. */
export function isRepairable({ kind }: Finding): boolean {
  return REPAIRS[kind] !== undefined;
}

/** Repairs what can be repaired safely; what has changed meanwhile stays as it is. Resolves to those that were repaired. */
export async function repairKeys(
  shards: readonly Shard[],
  findings: readonly Finding[],
  actor: Actor,
): Promise<Finding[]> {
  const repaired: Finding[] = [];
  for (const finding of findings) {
    const apply = REPAIRS[finding.kind];
    const shard = shards[finding.shard];
    if (apply === undefined || shard === undefined) continue;
    const store = new LimitStore(shard.connection, shard.prefix);
    if (await apply(store, finding, actor)) repaired.push(finding);
  }
  return repaired;
}
