import { KEY } from '../redis/keys.ts';
import type { Scope } from './scope.ts';
import { readMark, readPlain, readTogether, suspicion } from './scope.ts';

/** Claims: open sets and the hashes of their workers name each other, and each has a worker, alive or in rescue. */

/** Looks at `processing:<worker>`, or at `processing:<worker>:<number>`. */
export async function checkClaims(scope: Scope, rest: string): Promise<void> {
  const colon = rest.indexOf(':');
  const worker = colon < 0 ? rest : rest.slice(0, colon);
  await checkWorker(scope, { key: KEY.processing + rest, worker });
  if (colon < 0) return checkFields(scope, worker);
  await checkOpenSet(scope, worker, rest.slice(colon + 1));
}

async function checkWorker(
  scope: Scope,
  { key, worker }: { readonly key: string; readonly worker: string },
): Promise<void> {
  const isNobodys = async (): Promise<boolean> => {
    const [exists, lease, rescue] = await readTogether(scope.shard, [
      ['exists', key],
      ['zscore', KEY.leases, worker],
      ['sismember', KEY.rescuing, worker],
    ]);
    return exists === 1 && lease === null && rescue === 0;
  };
  if (!(await isNobodys())) return;
  const found = { kind: 'claim-without-worker', key, id: worker, detail: 'no lease, no rescue' } as const;
  scope.suspect(suspicion(scope, found, isNobodys));
}

/** The fields of a worker's hash that are claims must have open jobs. */
async function checkFields(scope: Scope, worker: string): Promise<void> {
  const { shard, suspect } = scope;
  const key = KEY.processing + worker;
  const fields = (await readPlain(shard.connection.redis.hkeys(shard.prefix + key))) ?? [];
  for (const claim of fields.filter((field) => /^\d/.test(field))) {
    const isEmpty = async (): Promise<boolean> => {
      const [field, set] = await readTogether(shard, [
        ['hexists', key, claim],
        ['exists', `${key}:${claim}`],
      ]);
      return field === 1 && set === 0;
    };
    if (!(await isEmpty())) continue;
    const found = { kind: 'claim-without-jobs', key, id: worker, detail: `claim ${claim}` } as const;
    suspect(suspicion(scope, found, isEmpty));
  }
}

async function checkOpenSet(scope: Scope, worker: string, claim: string): Promise<void> {
  const { shard, suspect } = scope;
  const key = `${KEY.processing}${worker}:${claim}`;
  const isUnlisted = async (): Promise<boolean> => {
    const [set, field] = await readTogether(shard, [
      ['exists', key],
      ['hexists', KEY.processing + worker, claim],
    ]);
    return set === 1 && field === 0;
  };
  if (await isUnlisted()) {
    const found = { kind: 'claim-not-listed', key, id: worker, detail: `claim ${claim}` } as const;
    suspect(suspicion(scope, found, isUnlisted));
  }
  // At most 400.
  const ids = (await readPlain(shard.connection.redis.smembers(shard.prefix + key))) ?? [];
  const mark = `${worker}${claim}`;
  await Promise.all(ids.map((id) => checkOpen(scope, { key, id, mark })));
}

async function checkOpen(
  scope: Scope,
  { key, id, mark }: { readonly key: string; readonly id: string; readonly mark: string },
): Promise<void> {
  const fits = (text: unknown): boolean =>
    typeof text === 'string' && text.startsWith('P') && text.slice(7, 31) === mark;
  if (fits(await readMark(scope.shard, id))) return;
  const found = { kind: 'open-without-job', key, id, detail: `the mark of ${id} does not name it` } as const;
  const confirm = async (): Promise<boolean> => {
    const [isOpen, text] = await readTogether(scope.shard, [
      ['sismember', key, id],
      ['getrange', KEY.job + id, 0, 31],
    ]);
    return isOpen === 1 && !fits(text);
  };
  scope.suspect(suspicion(scope, found, confirm));
}
