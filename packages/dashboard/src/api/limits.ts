import type { LockRef } from '@linstock/core';
import { OptionError } from '@linstock/core';
import { looksLikeHash } from '@linstock/core/internal';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, textIn } from './call.ts';
import { choice, REASON, required, text } from './fields.ts';

const MOST = 200;
const MOST_KEY = 206;
const LOCK = {
  kind: choice(['unique', 'key', 'debounce', 'throttle'], 'Default: unique.'),
  job: required(text('Name of the job.')),
  key: required(text('The key.')),
};

async function list(_: Call, { monitor }: Parts): Promise<unknown> {
  return { blocks: await monitor.blocks({ most: MOST }) };
}

async function get({ query }: Call, { client }: Parts): Promise<unknown> {
  return { limit: await client.limits.get(query.get('key') ?? '') };
}

async function getLock({ query }: Call, { client }: Parts): Promise<unknown> {
  const ref = refOf(Object.fromEntries(query));
  // Whoever tries hashes of what an input may be would learn which one it is.
  if (looksLikeHash(ref.key))
    throw new OptionError('key', 'must be a key that somebody gave, not the hash of an input', ref.key);
  return { lock: (await client.limits.lock(ref)) ?? null };
}

const keyIn = ({ body }: Call): string => textIn(body, 'key', MOST_KEY) ?? '';

/** Core refuses a kind that it does not know. */
function refOf(fields: unknown): LockRef {
  const kind = textIn(fields, 'kind', 16);
  return {
    job: textIn(fields, 'job', 128) ?? '',
    key: textIn(fields, 'key', MOST_KEY) ?? '',
    ...(kind !== undefined && { kind: kind as 'unique' }),
  };
}

async function release(call: Call, { client }: Parts): Promise<unknown> {
  await client.limits.release(keyIn(call), textIn(call.body, 'id', 64) ?? '', actorOf(call));
  return { ok: true };
}

async function reset(call: Call, { client }: Parts): Promise<unknown> {
  return { changed: await client.limits.reset(keyIn(call), actorOf(call)) };
}

async function unlock(call: Call, { client }: Parts): Promise<unknown> {
  return { id: await client.limits.unlock(refOf(call.body), actorOf(call)) };
}

export const LIMIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/limits',
    permission: 'read',
    summary: 'Limits, rates and paused names that jobs wait for, and who has their places.',
    answer: '{ blocks }',
    handle: list,
  },
  {
    method: 'GET',
    path: '/api/limits/key',
    permission: 'read',
    summary: 'What is held by a key of a limit or a rate, and by what right.',
    answer: '{ limit }',
    query: { key: required(text('Of a limit or a rate.')) },
    handle: get,
  },
  {
    method: 'GET',
    path: '/api/limits/lock',
    permission: 'read',
    summary: 'Who has a key of unique jobs, or of `key`, `debounce`, `throttle`; null: nobody.',
    answer: '{ lock }',
    query: LOCK,
    handle: getLock,
  },
  {
    method: 'POST',
    path: '/api/limits/release',
    permission: 'steer',
    summary: 'Takes a place of a limit from a job that does not run any more: {"key", "id"}.',
    answer: '{ ok }',
    body: {
      ...REASON,
      key: required(text('Of a limit.')),
      id: required(text('Of the job that has the place.')),
    },
    handle: release,
  },
  {
    method: 'POST',
    path: '/api/limits/reset',
    permission: 'steer',
    summary: 'Forgets the starts that a rate has counted: {"key"}.',
    answer: '{ changed }',
    body: { ...REASON, key: required(text('Of a rate.')) },
    handle: reset,
  },
  {
    method: 'POST',
    path: '/api/limits/unlock',
    permission: 'steer',
    summary: 'Frees a key whose job neither waits nor runs: {"kind", "job", "key"}.',
    answer: '{ id } of the job that had it',
    body: { ...REASON, ...LOCK },
    handle: unlock,
  },
];
