import type { Snapshot } from './snapshot.ts';
import { listAt, mapAt, namesUnder } from './snapshot.ts';

/**
 * What must hold of the keys of a shard at every instant, whatever happened before, said from docs/redis-keys.md and
 * docs/protocol.md §3 alone: each job in exactly one place, nothing dangling, nothing left over, counters that are right.
 */

const TYPES: readonly (readonly [pattern: RegExp, type: string, expires?: boolean])[] = [
  [/^(job|payload):/, 'string'],
  [
    /^(queues|stale|sweep|paused|settings|stats|workers|loads|contracts|schemas|requeued|taken|meta)$/,
    'hash',
  ],
  [/^processing:[^:]+$/, 'hash'],
  [/^processing:[^:]+:\d{12}$/, 'set'],
  [/^(rescuing|extras)$/, 'set'],
  [/^holders:/, 'set'],
  [/^(ready|suspects|blocked):/, 'list'],
  [/^succeeded$/, 'list'],
  [/^(scheduled|leases|failed|cancelled|watched|quarantine|timers|deadlines)$/, 'zset'],
  [/^(idle|parked|tag):/, 'zset'],
  [/^lock:w:/, 'string', true],
  [/^lock:/, 'string'],
  [/^rate:w:/, 'list', true],
  [/^rate:/, 'string', true],
  [/^freed:/, 'set', true],
  [/^producer:/, 'hash', true],
  [/^((timekeeper|alone)$|progress:)/, 'string', true],
  [/^log:/, 'list', true],
  [/^(alert|alarm):|^lookout$/, 'hash'],
  [/^(alerts|alarms|undelivered)$/, 'zset'],
  [/^audit$/, 'stream'],
  [/^quarantine:/, 'string'],
];

const MARK = /^([SEBAPFC])(\w{3})([0-7])(\d)(\d)(.{12})(-{12}|\d{12})$/;

/** A record as it stands, read without the code under test. */
export interface Found {
  readonly id: string;
  readonly letter: string;
  readonly queue: string;
  readonly priority: string;
  readonly isSuspect: boolean;
  readonly owner: string;
  readonly claim: string;
  readonly header: string;
  readonly lines: readonly string[];
}

/** The letter of a job's state: D when it is marked processing and a line says that this claim succeeded. */
function letterOf(letter: string, claim: string, lines: readonly string[]): string {
  return letter === 'P' && lines.some((line) => line.startsWith(`S ${claim} `)) ? 'D' : letter;
}

export function readRecords(snapshot: Snapshot): Map<string, Found | undefined> {
  const codes = mapAt(snapshot, 'queues');
  return new Map(
    namesUnder(snapshot, 'job:').map((id) => [
      id,
      readRecord(id, { text: String(snapshot.get(`job:${id}`)?.value), codes }),
    ]),
  );
}

function readRecord(
  id: string,
  { text, codes }: { text: string; codes: Map<string, string> },
): Found | undefined {
  const [mark = '', header = '', , ...lines] = text.split('\n');
  const [, letter = '', code = '', placed = '', crashes, , owner = '', claim = ''] = MARK.exec(mark) ?? [];
  const queue = codes.get(`#${code}`);
  if (queue === undefined) return undefined;
  const state = letterOf(letter, `${owner} ${claim}`, lines);
  const isSuspect = Number(crashes) >= 2;
  // Of a tied job the digit is 4 more.
  const priority = String(Number(placed) % 4);
  return { id, letter: state, queue, priority, isSuspect, owner, claim, header, lines };
}

/** Every sentence names something that must not be. */
export function findDamage(snapshot: Snapshot): string[] {
  const records = readRecords(snapshot);
  const broken = [...records]
    .filter(([, found]) => found === undefined)
    .map(([id]) => `the record of ${id} cannot be read`);
  const found = [...records.values()].filter((record) => record !== undefined);
  return [
    ...broken,
    ...wrongKeys(snapshot),
    ...found.flatMap((record) => wrongPlaces(snapshot, record)),
    ...danglingIds(snapshot, records),
    ...wrongCounters(snapshot, found),
    ...wrongClaims(snapshot),
    ...leftovers(snapshot, records),
  ];
}

function wrongKeys(snapshot: Snapshot): string[] {
  return [...snapshot].flatMap(([name, { type, expires }]) => {
    const rule = TYPES.find(([pattern]) => pattern.test(name));
    if (rule === undefined) return [`${name} is no documented key`];
    const [, expected, mustExpire = false] = rule;
    if (type !== expected) return [`${name} is a ${type}, documented is ${expected}`];
    return mustExpire === expires ? [] : [`${name} ${expires ? 'expires' : 'never expires'}`];
  });
}

function waitingKey({ queue, priority, isSuspect }: Found): string {
  return isSuspect ? `suspects:${queue}` : `ready:${queue}:${priority}`;
}

/** I6: the structures that name a job are those of its state. */
function wrongPlaces(snapshot: Snapshot, record: Found): string[] {
  const { id, letter, owner, claim } = record;
  const open = namesUnder(snapshot, 'processing:').filter(
    (name) => name.includes(':') && listAt(snapshot, `processing:${name}`).includes(id),
  );
  const places = [
    ...['scheduled', 'failed', 'cancelled', `parked:${record.queue}`].filter((name) =>
      mapAt(snapshot, name).has(id),
    ),
    ...open.map((name) => `processing:${name}`),
  ];
  if (letter === 'E' && listAt(snapshot, waitingKey(record)).includes(id)) places.push('waiting');
  if (letter === 'D' && listAt(snapshot, 'succeeded').includes(id)) places.push('succeeded');
  const expected = {
    S: 'scheduled',
    E: 'waiting',
    B: `parked:${record.queue}`,
    P: `processing:${owner}:${claim}`,
    D: 'succeeded',
    F: 'failed',
    C: 'cancelled',
  }[letter];
  const isHeld = letter === 'P' || letter === 'D';
  const wrong =
    places.length === 1 && places[0] === expected
      ? []
      : [`${id} is ${letter} and stands in [${places.join(', ')}]`];
  // The places of its limits may be kept for a job that waits, or it says since when it does.
  const isWaiting = letter === 'E' || letter === 'B';
  const isNobodys =
    owner === '-'.repeat(12) ||
    (letter === 'E' && owner === '-reserved---') ||
    (isWaiting && owner.startsWith('-since-----'));
  return isHeld !== isNobodys ? wrong : [...wrong, `${id} is ${letter} with the owner ${owner}`];
}

/** Entries of ready and blocked lists, of suspects and of succeeded are hints; every other id must have its job. */
function danglingIds(snapshot: Snapshot, records: ReadonlyMap<string, unknown>): string[] {
  const sets = namesUnder(snapshot, 'processing:')
    .filter((name) => name.includes(':'))
    .map((name) => `processing:${name}`);
  const parked = namesUnder(snapshot, 'parked:').map((queue) => `parked:${queue}`);
  return [...sets, ...parked, 'scheduled', 'failed', 'cancelled', 'deadlines'].flatMap((name) => {
    const all = listAt(snapshot, name);
    const ids = name.startsWith('processing:') ? all : all.filter((_, i) => i % 2 === 0);
    return ids.filter((id) => !records.has(id)).map((id) => `${name} names ${id}, which does not exist`);
  });
}

/** I8: what a list is said to hold is what it holds. */
function wrongCounters(snapshot: Snapshot, records: readonly Found[]): string[] {
  const stale = mapAt(snapshot, 'stale');
  const live = new Map<string, number>();
  for (const record of records) {
    const name = record.letter === 'E' ? waitingKey(record) : 'succeeded';
    if (record.letter === 'E' || record.letter === 'D') live.set(name, (live.get(name) ?? 0) + 1);
  }
  const fields = [...stale.keys()].map((field) => (field === 'succeeded' ? field : staleList(field)));
  const lists = [...snapshot.keys()].filter((name) => /^(ready:|suspects:|succeeded$)/.test(name));
  return [...new Set([...fields, ...lists])].flatMap((name) => {
    const entries = listAt(snapshot, name).length;
    const without = Number(stale.get(staleField(name)) ?? 0);
    const counted = live.get(name) ?? 0;
    return entries - without === counted
      ? []
      : [`${name}: ${entries} entries, ${without} of them stale, but ${counted} jobs`];
  });
}

function staleField(list: string): string {
  return list.startsWith('suspects:') ? `${list.slice('suspects:'.length)}:s` : list.replace(/^ready:/, '');
}

function staleList(field: string): string {
  return field.endsWith(':s') ? `suspects:${field.slice(0, -2)}` : `ready:${field}`;
}

/** I7: a claim is open as long as its set is; nobody without a lease, or in rescue, has claims. */
function wrongClaims(snapshot: Snapshot): string[] {
  const alive = mapAt(snapshot, 'leases');
  const rescuing = new Set(listAt(snapshot, 'rescuing'));
  const names = namesUnder(snapshot, 'processing:');
  const sets = names.filter((name) => name.includes(':'));
  const fields = names
    .filter((name) => !name.includes(':'))
    .flatMap((worker) => {
      return [...mapAt(snapshot, `processing:${worker}`).keys()]
        .filter((field) => /^\d/.test(field))
        .map((no) => `${worker}:${no}`);
    });
  return [
    ...sets
      .filter((name) => !fields.includes(name))
      .map((name) => `the claim ${name} is open, but not in its worker's hash`),
    ...fields
      .filter((name) => !sets.includes(name))
      .map((name) => `the claim ${name} is in its worker's hash, but not open`),
    ...names
      .filter((name) => !alive.has(name.slice(0, 12)) && !rescuing.has(name.slice(0, 12)))
      .map((name) => `${name} belongs to no worker`),
    ...[...rescuing]
      .filter((worker) => alive.has(worker))
      .map((worker) => `${worker} has a lease and is being rescued`),
    ...['workers', 'loads'].flatMap((name) =>
      [...mapAt(snapshot, name).keys()]
        .filter((worker) => !alive.has(worker))
        .map((worker) => `${name} names ${worker}, which has no lease`),
    ),
  ];
}

/** What belongs to a job goes with it. */
function leftovers(snapshot: Snapshot, records: ReadonlyMap<string, Found | undefined>): string[] {
  const kinds = ['payload', 'progress', 'log'];
  const tagged = new Set(
    namesUnder(snapshot, 'tag:').flatMap((tag) => [...mapAt(snapshot, `tag:${tag}`).keys()]),
  );
  const extras = kinds.flatMap((kind) => namesUnder(snapshot, `${kind}:`).map((id) => ({ kind, id })));
  const register = new Set(listAt(snapshot, 'extras'));
  const exists = (id: string): boolean => records.has(id) || snapshot.has(`quarantine:${id}`);
  const entries = listAt(snapshot, 'succeeded');
  const spared = [...mapAt(snapshot, 'requeued')].filter(([id, times]) => {
    const due = records.get(id)?.letter === 'D' ? 1 : 0;
    const all = entries.filter((entry) => entry === id).length;
    return all !== Number(times) + due;
  });
  return [
    ...extras.filter(({ id }) => !exists(id)).map(({ kind, id }) => `the ${kind} of ${id} is left over`),
    ...extras
      .filter(({ id }) => !register.has(id))
      .map(({ kind, id }) => `the ${kind} of ${id} is not registered`),
    ...[...register]
      .filter((id) => !tagged.has(id) && !extras.some((extra) => extra.id === id))
      .map((id) => `${id} is registered to have more than a record, and has not`),
    ...[...tagged].filter((id) => !exists(id)).map((id) => `a tag names ${id}, which does not exist`),
    ...spared.map(([id, times]) => `${id}: ${times} entries of succeeded should not count`),
  ];
}
