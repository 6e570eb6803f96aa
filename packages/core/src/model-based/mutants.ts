import { LUA } from '../generated/lua.ts';
import type { ScriptName } from '../redis/script.ts';
import type { Texts } from './timeless-connection.ts';

/** A mistake in the scripts: everywhere, or in one of them, a piece of text becomes another. */
export interface Mutant {
  readonly name: string;
  readonly in?: ScriptName;
  readonly from: string;
  readonly to: string;
}

/** Mistakes that the model must find within as many runs as the real scripts have. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'an outcome needs no open claim',
    from: "if PCALL('SREM', set, id) ~= 1 then",
    to: "PCALL('SREM', set, id) if false then",
  },
  {
    name: 'a job at the front keeps its old mark',
    from: "CALL('SETRANGE', P .. 'job:' .. id, '0', 'E' .. string.sub(mark, 2, 7) .. (owner or NOBODY))",
    to: '',
  },
  {
    name: 'an entry that counts for nothing stays counted',
    in: 'claim',
    from: "else countStale(queue .. ':' .. sub(place, 4, 4), -1) end",
    to: 'end',
  },
  {
    name: 'a lane executes older calls',
    from: "return 'STALE' end local firstGroup",
    to: 'end local firstGroup',
  },
  { name: 'a lane executes a call twice', from: "return words or 'ALREADY' end", to: 'end' },
  {
    name: 'a retried job is not scheduled',
    in: 'retry',
    from: "CALL('ZADD', P .. 'scheduled', now() + delayMs, id)",
    to: '',
  },
  { name: 'a rescue leaves the lease', in: 'rescue', from: "CALL('ZREM', P .. 'leases', worker)", to: '' },
  {
    name: 'a requeue does not spare the job from retention',
    in: 'requeue',
    from: "CALL('HINCRBY', P .. 'requeued', id, 1)",
    to: '',
  },
  {
    name: 'retention removes what somebody waits for',
    from: 'tonumber(until_) > now()',
    to: 'false',
  },
  {
    name: 'a claim number is executed twice',
    in: 'claim',
    from: 'tonumber(no) <= tonumber(highest)',
    to: 'false',
  },
  {
    name: 'a rescue knows no grace',
    in: 'rescue',
    from: "'graceUntil') or 0) > now()",
    to: "'graceUntil') or 0) < 0",
  },
  { name: 'a cancelled job stays in its claim', in: 'cancel', from: "PCALL('SREM', set, id) if", to: 'if' },
  {
    name: 'a claim that lost its last job stays in the hash',
    from: "PCALL('HDEL', P .. 'processing:' .. worker, no)",
    to: 'local _ = no',
  },
  { name: 'nothing is ever poison', in: 'rescue', from: 'guilty and blamed >= 3', to: 'false' },
  { name: 'bystanders are blamed', in: 'rescue', from: "suspect == no .. ' ' .. id", to: 'suspect' },
  {
    name: 'reconcile gives back what is held',
    in: 'reconcile',
    from: 'if not held[no .. id] then',
    to: 'if true then',
  },
  {
    name: 'jobs run half a second early',
    from: "P .. 'scheduled', '-inf', now(),",
    to: "P .. 'scheduled', '-inf', now() + 500,",
  },
  { name: 'a worker leaves with open claims', in: 'unregister', from: "return 'OPEN'", to: 'break' },
  {
    name: 'a job given back goes to the end',
    from: "put('LPUSH', id, mark, kept)",
    to: "put('RPUSH', id, mark, kept)",
  },
  // Mistakes that were in the scripts until this model found them.
  {
    name: 'a job that stands twice in a batch is claimed twice',
    in: 'claim',
    from: 'if seen[id] then',
    to: 'if false then',
  },
  {
    name: 'suspects of a paused queue are claimed',
    in: 'claim',
    from: 'not suspect and not (gate and gate.room < 1)',
    to: 'not suspect',
  },
  {
    name: 'cancelled suspects count as waiting',
    from: 'slotOf(mark), 1)',
    to: 'string.byte(mark, 5) % 4, isSuspect(mark) and 0 or 1)',
  },
  {
    name: 'retention by age looks at the tenth entry only',
    in: 'trim',
    from: 'tonumber(ended) > now() - succeededMs then return i - 1',
    to: 'tonumber(ended) > now() - succeededMs and (i == 1 or i == 10) then return i - 1',
  },
];

/** The scripts with a mistake. */
export function mutate({ name, in: only, from, to }: Mutant): Texts {
  const scripts = Object.entries(LUA).map(([script, text]) => {
    return [script, only === undefined || only === script ? text.replaceAll(from, to) : text] as const;
  });
  if (scripts.every(([script, text]) => text === LUA[script as ScriptName]))
    throw new Error(`the mutant "${name}" does not fit the scripts any more`);
  return Object.fromEntries(scripts) as Texts;
}
