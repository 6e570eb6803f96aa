import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { LUA } from '../generated/lua.ts';
import type { TransitionVerb } from '../job/states.ts';
import { TRANSITIONS } from '../job/states.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptName } from '../redis/script.ts';
import { AlertStore } from '../store/alert-store.ts';
import { JobStore } from '../store/job-store.ts';
import { BatchStore } from '../store/batch-store.ts';
import { LimitStore } from '../store/limit-store.ts';
import { OperationStore } from '../store/operation-store.ts';
import { QueueStore } from '../store/queue-store.ts';
import { RecurringStore } from '../store/recurring-store.ts';
import { WorkerRegistry } from '../store/worker-registry.ts';

const folder = new URL('./', import.meta.url);
const docs = new URL('../../../../docs/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.lua'));
const SCRIPTS = files.map((file) => file.slice(0, -'.lua'.length)) as ScriptName[];
const VERBS = Object.keys(TRANSITIONS) as TransitionVerb[];
const STATES = /none|scheduled|enqueued|awaiting|processing|succeeded|failed|cancelled|quarantine/g;

const read = (script: string): string => readFileSync(new URL(`${script}.lua`, folder), 'utf8');
const part = (name: string): string => readFileSync(new URL(`parts/${name}.lua`, folder), 'utf8');

/** A text with the parts that it includes in their places, and theirs in them. */
function withParts(text: string): string {
  return text.replace(/^ *--@include (\S+)$/gm, (_, name: string) => withParts(part(name)));
}

/** A script's source with its parts in their places. */
const whole = (script: string): string => withParts(read(script));

/** What stands behind a word of the header, with the lines that go on. */
function header(script: string, word: string): string {
  const lines = read(script)
    .split('\n')
    .filter((_, i, all) => all.slice(0, i).every((before) => before.startsWith('--')));
  const start = lines.findIndex((line) => line.startsWith(`-- ${word}: `));
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => !line.startsWith('--   '));
  const own = start < 0 ? [] : [lines[start] ?? '', ...rest.slice(0, end < 0 ? rest.length : end)];
  return own
    .map((line) => line.replace(/^-- ([A-Z]\w+: )?\s*/, ''))
    .join(' ')
    .replace(`${word}: `, '');
}

describe('each script has a header', () => {
  test.each(SCRIPTS)('%s', (script) => {
    expect(read(script)).toMatch(/^-- [A-Z](?:.|\n-- )*[.?]\n-- Transition: /);
    const words = ['Transition', 'KEYS', 'ARGV', 'Returns'];
    expect(words.filter((word) => header(script, word) === '')).toEqual([]);
    expect(header(script, 'KEYS')).toBe('1 prefix');
    expect(read(script)).toContain('\nlocal P = KEYS[1]\n');
  });
});

describe('the header of a transition names the states of its line in the table', () => {
  test.each(VERBS)('%s', (verb) => {
    const [from = '', to = ''] = header(verb, 'Transition').split('(and ')[0]?.split(' -> ') ?? [];
    const { from: leaves, to: reaches } = TRANSITIONS[verb];
    expect((from.match(STATES) ?? []).toSorted()).toEqual([...leaves].toSorted());
    expect((to.match(STATES) ?? []).toSorted()).toEqual([...reaches].toSorted());
  });
});

test.each(SCRIPTS.filter((script) => !(script in TRANSITIONS)))(
  '%s says that it is no transition',
  (script) => {
    expect(header(script, 'Transition')).toBe('none');
  },
);

describe('the numbers in a header are those that the script reads', () => {
  test.each(SCRIPTS)('%s', (script) => {
    const named = [...header(script, 'ARGV').matchAll(/(?:^|, )(\d+)(…?) /g)].map(([, n]) => Number(n));
    expect(named).toEqual(named.map((_, i) => i + 1));
    const used = [...whole(script).matchAll(/ARGV\[(\d+)\]/g)].map(([, n]) => Number(n));
    for (const n of used) expect(named).toContain(n);
  });
});

describe('every word that a script answers stands in its header', () => {
  test.each(SCRIPTS)('%s', (script) => {
    const body = whole(script).replace(/^--.*$/gm, '');
    const returned = [...body.matchAll(/(?:return |, |and |or |\{ |= )'([A-Z_]{4,}|OK)'/g)].map(
      ([, word]) => word ?? '',
    );
    const returns = header(script, 'Returns') + header(script, 'ARGV');
    const commands = /^(HSET|ZADD|RPUSH|LPUSH|NX|XX|EXPIRE|LIMIT|BYSCORE|WITHSCORES|MAXLEN|EXISTS)$/;
    for (const word of returned.filter((name) => !commands.test(name)))
      expect(returns).toContain(`"${word}"`);
  });
});

test('the generated module holds these scripts and no other', () => {
  expect(Object.keys(LUA).toSorted()).toEqual([...SCRIPTS].toSorted());
});

test.each(VERBS)('%s has a script, a method of the store and a row in docs/state-machine.md', (verb) => {
  expect(SCRIPTS).toContain(verb);
  expect(JobStore.prototype[verb]).toBeTypeOf('function');
  const { from, to, by, does } = TRANSITIONS[verb];
  const row = `| \`${verb}\` | ${from.join(', ')} | ${to.join(', ')} | ${by} | ${does} |`;
  expect(readFileSync(new URL('state-machine.md', docs), 'utf8')).toContain(`\n${row}\n`);
});

test('each script that is no transition has a method of a store', () => {
  const methods = [
    JobStore,
    QueueStore,
    WorkerRegistry,
    BatchStore,
    LimitStore,
    OperationStore,
    RecurringStore,
    AlertStore,
  ].flatMap((store) => Object.getOwnPropertyNames(store.prototype));
  const wrapped = (script: string): boolean =>
    methods.includes(script) || (script === 'queue' && methods.includes('learnCodes'));
  expect(SCRIPTS.filter((script) => !(script in TRANSITIONS) && !wrapped(script))).toEqual([]);
});

describe('docs/redis-keys.md', () => {
  const text = readFileSync(new URL('redis-keys.md', docs), 'utf8');
  const firstCells = [...text.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, cell]) => [
    ...(cell ?? '').matchAll(/`([^`]+)`/g),
  ]);
  const channels = [...(/^Channels.*$/m.exec(text)?.[0] ?? '').matchAll(/`((?:wake:|ended)[^`]*)`/g)];
  const documented = [...firstCells, ...channels].map(([, name]) => (name ?? '').replace(/<.*$/, ''));

  test.each(Object.values(KEY).filter((key) => key !== KEY.none))('names the key %s', (key) => {
    expect(documented).toContain(key);
  });

  test.each([...new Set(documented)])('names no key that is not in keys.ts: %s', (key) => {
    expect(Object.values(KEY)).toContain(key);
  });
});
