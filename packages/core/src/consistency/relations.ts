import { KEY } from '../redis/keys.ts';
import type { FindingKind } from './finding.ts';
import type { Read, Scope } from './scope.ts';
import { readPlain, readTogether, suspicion } from './scope.ts';

/** What belongs to something else, or waits for it. */

/** Looks whether a job that waits for others has somebody left to wait for. */
export async function checkWaits(scope: Scope, id: string): Promise<void> {
  const { shard } = scope;
  const isStuck = async (): Promise<boolean> => {
    const fields = (await readPlain(shard.connection.redis.hkeys(shard.prefix + KEY.waits + id))) ?? [];
    const others = fields.filter((field) => field !== '+' && field !== '*');
    if (fields.includes('*')) return false;
    const [mark, waits, todo, ...there] = await readTogether(shard, [
      ['getrange', KEY.job + id, 0, 0],
      ['hkeys', KEY.waits + id],
      ['exists', KEY.todo],
      ...others.flatMap((other): Read[] => [
        ['exists', KEY.job + other],
        ['exists', KEY.batch + other],
      ]),
    ]);
    const isSame = Array.isArray(waits) && waits.length === fields.length;
    // What is left to do may be about them.
    return isSame && mark === 'A' && todo === 0 && !there.includes(1);
  };
  if (!(await isStuck())) return;
  const found = { kind: 'awaits-nothing', key: KEY.waits + id, id, detail: 'none of them is there' } as const;
  scope.suspect(suspicion(scope, found, isStuck));
}

/** Keys of which one must be there for another one to be there. */
const OWNERS: Readonly<Record<string, (rest: string) => readonly string[]>> = {
  payload: (id) => [KEY.job + id, KEY.quarantine + id],
  progress: (id) => [KEY.job + id, KEY.quarantine + id],
  log: (id) => [KEY.job + id, KEY.quarantine + id],
  inputs: (id) => [KEY.job + id, KEY.quarantine + id],
  waits: (id) => [KEY.job + id, KEY.quarantine + id],
  // The children of what is gone are told bit by bit.
  children: (id) => [KEY.job + id, KEY.batch + id, KEY.todo],
  // The list of a draft whose hash was lost goes by its timer.
  members: (id) => [KEY.batch + id],
  plan: (id) => [KEY.operation + id],
  history: (id) => [KEY.recurring + id],
};

/** Whether a kind of key belongs to something. */
export function hasOwner(name: string): boolean {
  return Object.hasOwn(OWNERS, name);
}

/** Looks whether what a key belongs to is there. */
export async function checkOwner(
  scope: Scope,
  { name, rest }: { readonly name: string; readonly rest: string },
): Promise<void> {
  const owners = OWNERS[name]?.(rest) ?? [];
  const key = KEY[name as keyof typeof KEY] + rest;
  await checkTogether(scope, { kind: 'left-over', key, id: rest, detail: `${owners[0]} is not there` }, [
    [['exists', key], 1],
    ...owners.map((owner): [Read, number] => [['exists', owner], 0]),
  ]);
}

/** A recurring job has a score in `ticks`, even when none comes any more. */
export async function checkRecurring(scope: Scope, id: string): Promise<void> {
  const key = KEY.recurring + id;
  await checkTogether(scope, { kind: 'recurring-not-timed', key, id, detail: `not in ${KEY.ticks}` }, [
    [['exists', key], 1],
    [['zscore', KEY.ticks, id], null],
  ]);
}

interface Wrong {
  readonly kind: FindingKind;
  readonly key: string;
  readonly id: string;
  readonly detail: string;
}

/** It is wrong when all of these read as they must not. */
async function checkTogether(
  scope: Scope,
  wrong: Wrong,
  facts: readonly (readonly [read: Read, when: number | null])[],
): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const values = await readTogether(
      scope.shard,
      facts.map(([read]) => read),
    );
    return facts.every(([, when], i) => values[i] === when);
  };
  if (await isSo()) scope.suspect(suspicion(scope, wrong, isSo));
}
