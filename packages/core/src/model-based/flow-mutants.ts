import type { Mutant } from './mutants.ts';

/** Mistakes in what ties jobs that its model must find within as many runs as the real scripts have. */
export const FLOW_MUTANTS: readonly Mutant[] = [
  {
    name: 'a limit lets one more run',
    in: 'claim',
    from: 'elseif held >= most and',
    to: 'elseif held > most and',
  },
  {
    name: 'a job that runs takes no place of its limit',
    in: 'claim',
    from: "CALL('SADD', P .. 'holders:' .. limits[i][1], owner .. id)",
    to: '',
  },
  {
    name: 'a place stays taken when its job is rescued',
    in: 'rescue',
    from: 'local kept = isTied(mark) and loosen(',
    to: 'local kept = false and loosen(',
  },
  {
    name: 'a place stays taken when its job succeeds',
    in: 'succeed',
    from: 'if claim then kept = leaveRun(ties, job, claim, keeps) end',
    to: '',
  },
  {
    name: 'what blocks a job has no timer',
    in: 'claim',
    from: "PCALL('ZADD', P .. 'timers', 'NX', at, reason)",
    to: '0',
  },
  {
    name: 'nobody looks at a limit again',
    in: 'reopen',
    from: "then PCALL('ZADD', P .. 'timers', 'LT', again, reason) end",
    to: 'then end',
  },
  {
    name: 'a parked job is not blocked by anything',
    in: 'claim',
    from: "push(command, P .. 'blocked:' .. reason, id)",
    to: '',
  },
  {
    name: 'a job that is let go stays parked',
    from: "PCALL('ZREM', P .. 'parked:' .. queueOf(record), id)",
    to: '',
  },
  {
    name: 'a job whose turn has come has no place',
    from: "CALL('SADD', P .. 'holders:' .. limits[i][1], NOBODY .. id)",
    to: '',
  },
  {
    name: 'a job is let go for one of its limits',
    from: 'if blocker then return blocker, at end',
    to: '',
  },
  {
    name: 'a job that is taken away takes its places along',
    from: "if state == 'E' and isReserved(mark) then yield(id) end",
    to: '',
  },
  { name: 'a rate counts no start', in: 'claim', from: 'for i = 1, #rates do spend(rates[i]) end', to: '' },
  { name: 'a rate lets one more start', in: 'claim', from: 'if free == 0 then', to: 'if free < 0 then' },
  {
    name: 'a lock is asked by nobody',
    in: 'admit',
    from: 'if found then mayReplace',
    to: 'if false then mayReplace',
  },
  { name: 'a lock outlives its job', from: "CALL('DEL', P .. 'lock:' .. key)", to: 'local _' },
  {
    name: 'a lock until the start is held until the end',
    in: 'claim',
    from: "if locks[i][2] == 'started' then",
    to: 'if false then',
  },
  {
    name: 'a job is requeued beside another with its lock',
    in: 'requeue',
    from: "~= 'window' and holderOf(locks[i], id)",
    to: "~= 'window' and false",
  },
  { name: 'a replaced job keeps its old lock', in: 'admit', from: "loosen(old, nil, 'X')", to: '' },
  { name: 'a job starts after its deadline', in: 'claim', from: 'tonumber(at) <= now()', to: 'false' },
  {
    name: 'a deadline has no timer',
    in: 'admit',
    from: "setTimer('deadline', now() + ties.deadline, 'LT')",
    to: '',
  },
  {
    name: 'a job that runs is ended by its deadline',
    in: 'expire',
    from: "if state == 'P' then",
    to: 'if false then',
  },
  {
    name: 'a job that a person takes is forgotten by the limits that it holds',
    in: 'cancel',
    from: "if isTied(mark) and state == 'P' then linger(id, mark) end",
    to: '',
  },
  {
    name: 'nobody frees what a handler held whose job was taken from it',
    from: "freeLingering(worker, '~' .. no .. id)",
    to: '',
  },
  {
    name: 'reconcile frees what a handler holds whose job was taken from it',
    in: 'reconcile',
    from: 'and not held[string.sub(numbers[i], 2)] then',
    to: 'then',
  },
  {
    name: 'of two locks the last one decides',
    in: 'admit',
    from: "if not holder or locks[i][4] ~= 'replace' then holder = found end",
    to: "holder, mayReplace = found, locks[i][4] == 'replace'",
  },
  {
    name: 'the payload of a job that may not replace is left over',
    in: 'admit',
    from: "return refuse(id, '=' .. old)",
    to: "return '=' .. old",
  },
];
