import { KEY } from '../redis/keys.ts';
import type { FindingKind } from './finding.ts';
import type { Read, Scope } from './scope.ts';
import { entriesOf, readMark, readPlain, readTogether, suspicion } from './scope.ts';

/** Indexes that name jobs: each entry must have its job, in the state of the index. Lists hold hints, and are not looked at. */

/** What the marks of an index's jobs begin with; undefined: the job must only be there. */
const LETTERS = {
  scheduled: 'S',
  failed: 'F',
  cancelled: 'C',
  awaiting: 'A',
  parked: 'B',
  deadlines: undefined,
  tag: undefined,
} as const;

/** An index that {@link checkIndex} knows. */
export type IndexName = keyof typeof LETTERS;

/** Whether a key is such an index. */
export function isIndex(name: string): name is IndexName {
  return Object.hasOwn(LETTERS, name);
}

/** Looks at all entries of an index. */
export async function checkIndex(
  scope: Scope,
  { name, key }: { readonly name: IndexName; readonly key: string },
): Promise<void> {
  const letter = LETTERS[name];
  for await (const ids of entriesOf(scope, key, 'zset'))
    await Promise.all(ids.map((id) => checkEntry(scope, { key, id, letter })));
}

interface Entry {
  readonly key: string;
  readonly id: string;
  readonly letter: string | undefined;
}

async function checkEntry(scope: Scope, { key, id, letter }: Entry): Promise<void> {
  const mark = await readMark(scope.shard, id);
  const isGone = mark === '';
  if (!isGone && (letter === undefined || mark.startsWith(letter))) return;
  const kind: FindingKind = isGone ? 'entry-without-job' : 'entry-of-other-state';
  const detail = isGone ? `${id} is not there` : `the mark of ${id} begins with "${mark.charAt(0)}"`;
  const confirm = async (): Promise<boolean> => {
    const [score, again, type, setAside] = await readTogether(scope.shard, [
      ['zscore', key, id],
      ['getrange', KEY.job + id, 0, 0],
      ['exists', KEY.job + id],
      ['exists', KEY.quarantine + id],
    ]);
    if (score === null) return false;
    // What was set aside keeps what belongs to it.
    if (type === 0) return isGone && setAside === 0;
    return !isGone && again !== letter;
  };
  scope.suspect(suspicion(scope, { kind, key, id, detail }, confirm));
}

/** What each entry of an index needs beside it: a key, or a field. */
const SUBJECTS: Readonly<Record<string, readonly [FindingKind, (id: string) => Read | undefined]>> = {
  ticks: ['tick-without-recurring', (id) => ['exists', KEY.recurring + id]],
  timers: ['timer-without-subject', subjectOfTimer],
};

/** Whether a key is an index whose entries are no jobs. */
export function hasSubjects(name: string): boolean {
  return Object.hasOwn(SUBJECTS, name);
}

/** Looks whether what the entries of such an index are about is still there. */
export async function checkSubjects(scope: Scope, key: string): Promise<void> {
  const [kind, subjectOf] = SUBJECTS[key] ?? [];
  if (kind === undefined || subjectOf === undefined) return;
  const isOrphan = async (id: string, read: Read): Promise<boolean> => {
    const [score, subject] = await readTogether(scope.shard, [['zscore', key, id], read]);
    return score !== null && subject === 0;
  };
  const check = async (id: string): Promise<void> => {
    const read = subjectOf(id);
    if (read === undefined || !(await isOrphan(id, read))) return;
    const found = { kind, key, id, detail: `${String(read[1])} is not there` };
    scope.suspect(suspicion(scope, found, () => isOrphan(id, read)));
  };
  for await (const ids of entriesOf(scope, key, 'zset')) await Promise.all(ids.map(check));
}

function subjectOfTimer(id: string): Read | undefined {
  const [, kind, subject = ''] = /^(draft|launch|halt|forget|operation):(.*)$/s.exec(id) ?? [];
  if (kind === undefined) return undefined;
  return ['exists', (kind === 'operation' ? KEY.operation : KEY.batch) + subject];
}

/** What was set aside is a finding as long as it is kept. */
export async function checkQuarantine(scope: Scope, key: string): Promise<void> {
  const { shard, suspect } = scope;
  const isThere = async (id: string): Promise<boolean> =>
    (await readPlain(shard.connection.redis.zscore(shard.prefix + key, id))) !== null;
  for await (const ids of entriesOf(scope, key, 'zset'))
    for (const id of ids) {
      const found = { kind: 'quarantined', key: KEY.quarantine + id, id, detail: 'set aside' } as const;
      suspect(suspicion(scope, found, () => isThere(id)));
    }
}

/** Names lead to codes and back. */
export async function checkQueueCodes(scope: Scope, key: string): Promise<void> {
  const { shard, suspect, step } = scope;
  const { redis } = shard.connection;
  let cursor = '0';
  const isWrong = async (name: string): Promise<boolean> => {
    const code = await readPlain(redis.hget(shard.prefix + key, name));
    if (typeof code !== 'string') return false;
    // A code leads to its name, a name to its code: each back to where it came from.
    const back = await readPlain(redis.hget(shard.prefix + key, name.startsWith('#') ? code : `#${code}`));
    return back !== (name.startsWith('#') ? name.slice(1) : name);
  };
  do {
    const page = await readPlain(redis.hscan(shard.prefix + key, cursor, 'COUNT', 500));
    if (page === undefined) return;
    const names = page[1].filter((_, i) => i % 2 === 0);
    for (const name of names) {
      if (!(await isWrong(name))) continue;
      const found = {
        kind: 'queue-code-mismatch',
        key,
        id: name,
        detail: `"${name}" leads nowhere`,
      } as const;
      suspect(suspicion(scope, found, () => isWrong(name)));
    }
    await step(names.length);
    [cursor] = page;
  } while (cursor !== '0');
}
