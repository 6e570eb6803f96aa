import { checkBatch } from './batch-counts.ts';
import { checkClaims } from './claims.ts';
import { checkLock, checkPlaces } from './holdings.ts';
import {
  checkIndex,
  checkQuarantine,
  checkQueueCodes,
  checkSubjects,
  hasSubjects,
  isIndex,
} from './indexes.ts';
import { KEY } from '../redis/keys.ts';
import type { KeyKind } from './key-kinds.ts';
import { kindOfKey } from './key-kinds.ts';
import { checkRecord } from './records.ts';
import { checkOwner, checkRecurring, checkWaits, hasOwner } from './relations.ts';
import type { Scope } from './scope.ts';
import { readTogether, suspicion } from './scope.ts';

type Check = (scope: Scope, kind: KeyKind) => Promise<void>;
type Checks = Partial<Record<KeyKind['name'], Check>>;

/** What a few readings settle. */
const SHORT: Checks = {
  job: (scope, { rest }) => checkRecord(scope, rest),
  waits: (scope, { rest }) => checkWaits(scope, rest),
  lock: (scope, { rest }) => checkLock(scope, rest),
  recurring: (scope, { rest }) => checkRecurring(scope, rest),
};

/** What takes several steps. */
const LONG: Checks = {
  processing: (scope, { rest }) => checkClaims(scope, rest),
  holders: (scope, { rest }) => checkPlaces(scope, rest),
  batch: (scope, { rest }) => checkBatch(scope, rest),
  queues: (scope) => checkQueueCodes(scope, KEY.queues),
  damaged: (scope) => checkQuarantine(scope, KEY.damaged),
};

/** Looks at one key of a shard, by its name without the prefix. What takes several steps is given back, to be done by itself. */
export async function checkKey(scope: Scope, key: string): Promise<(() => Promise<void>) | undefined> {
  const kind = kindOfKey(key);
  if (kind === undefined) {
    const exists = async (): Promise<boolean> =>
      (await readTogether(scope.shard, [['exists', key]]))[0] === 1;
    scope.suspect(
      suspicion(scope, { kind: 'unknown-key', key, detail: 'not in docs/redis-keys.md' }, exists),
    );
    return undefined;
  }
  if (!(await hasItsType(scope, key, kind))) return undefined;
  const { name } = kind;
  if (hasOwner(name)) await checkOwner(scope, kind);
  await SHORT[name]?.(scope, kind);
  if (isIndex(name)) return () => checkIndex(scope, { name, key });
  if (hasSubjects(name)) return () => checkSubjects(scope, key);
  const long = LONG[name];
  return long && (() => long(scope, kind));
}

async function hasItsType(scope: Scope, key: string, { types, mustExpire }: KeyKind): Promise<boolean> {
  const read = async (): Promise<{ type: string; isKept: boolean }> => {
    const [type, ms] = await readTogether(scope.shard, [
      ['type', key],
      ['pttl', key],
    ]);
    return { type: String(type), isKept: ms === -1 };
  };
  const isWrong = ({ type }: { type: string }): boolean =>
    type !== 'none' && !(types as readonly string[]).includes(type);
  const first = await read();
  if (isWrong(first)) {
    const detail = `a ${first.type}, not a ${types.join(' or ')}`;
    const confirm = async (): Promise<boolean> => isWrong(await read());
    scope.suspect(suspicion(scope, { kind: 'wrong-type', key, detail }, confirm));
    return false;
  }
  if (mustExpire && first.isKept) {
    const confirm = async (): Promise<boolean> => (await read()).isKept;
    scope.suspect(suspicion(scope, { kind: 'never-expires', key, detail: 'no time to live' }, confirm));
  }
  return true;
}
