import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { JobHandle } from './job-handle.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { StateConflictError } from './errors.ts';
import type { JobView } from './store/job-reader.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<{ to: string }, string>({ name: 'greet', queue: 'mail' });
const EVE = { by: 'eve', reason: 'a test' };
const HOUR_MS = 3_600_000;

let namespace: string;
let client: Client;
let worker: ClientWorker;
beforeEach(async () => {
  namespace = store.namespace();
  client = new Client({ redis: store.url, namespace, shards });
  await client.connect();
  worker = await ClientWorker.start({ url: store.url, namespace, shards });
});
afterEach(async () => {
  worker.close();
  await client.close();
});

async function view(id: string): Promise<JobView> {
  const found = await client.get(id);
  if (found === undefined || 'damaged' in found) throw new Error(`${id} is missing or damaged`);
  return found;
}

const what = async (id: string): Promise<string[]> => (await view(id)).history.map((entry) => entry.what);

/** One field of a command's replies over all shards. */
async function each<T>(read: (prefix: string) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: shards }, (_, n) => read(`{${namespace}:${n}}:`)));
}

const audit = async (): Promise<string[]> => {
  const entries = await each((prefix) => direct.xrange(`${prefix}audit`, '-', '+'));
  return entries.flat().map(([, fields]) => `${fields[1]} ${fields[3]}`);
};

const waiting = async (queue: string): Promise<number> => (await client.queue(queue).counts()).enqueued;

describe('reschedule', () => {
  test('makes a scheduled job due at another time, by a duration or an instant', async () => {
    const { id } = await client.schedule(greet, { to: 'ada' }, { in: '1h' });
    const at = new Date(Date.now() + 5 * HOUR_MS);
    await client.reschedule(id, { at, ...EVE });
    expect((await view(id)).dueAt).toBe(at.getTime());
    await client.reschedule(id, { in: '2h' });
    expect((await view(id)).dueAt).toBeGreaterThan(Date.now() + 1.9 * HOUR_MS);
    const { history } = await view(id);
    expect(history[0]).toMatchObject({ what: 'rescheduled', detail: { by: 'eve', why: 'a test' } });
    expect(await audit()).toContain('eve reschedule');
  });

  test('takes an enqueued job out of its queue until then', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await client.reschedule(id, { in: '1h' });
    expect(await view(id)).toMatchObject({ state: 'scheduled', queue: 'mail' });
    expect(await waiting('mail')).toBe(0);
    expect(await worker.claim('mail')).toEqual([]);
  });

  test('brings a job to its queue when it is due', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await client.reschedule(id, { in: 20 });
    // Until somebody looks for what is due.
    expect(await view(id)).toMatchObject({ state: 'scheduled' });
    await eventually(async () => (await worker.claim('mail')).includes(id));
  });

  test('to the time that it has already writes nothing', async () => {
    const { id } = await client.schedule(greet, { to: 'ada' }, { in: '1h' });
    const at = new Date(Date.now() + 2 * HOUR_MS);
    await client.reschedule(id, { at });
    await client.reschedule(id, { at });
    expect(await what(id)).toEqual(['rescheduled']);
  });
});

describe('promote', () => {
  test('runs a scheduled job now', async () => {
    const { id } = await client.schedule(greet, { to: 'ada' }, { in: '1h' });
    await client.promote(id, EVE);
    expect(await view(id)).toMatchObject({ state: 'enqueued', dueAt: undefined });
    expect(await worker.claim('mail')).toEqual([id]);
    expect(await audit()).toContain('eve promote');
  });

  test('keeps the attempts so far, where a requeue begins anew', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await worker.claim('mail');
    await worker.retry(id, { message: 'no paper' }, HOUR_MS);
    await client.promote(id);
    expect(await view(id)).toMatchObject({ attempt: 2, error: { message: 'no paper' } });
    await worker.claim('mail');
    await worker.retry(id, { message: 'no paper' }, HOUR_MS);
    await client.requeue(id);
    expect(await view(id)).toMatchObject({ attempt: 1 });
  });
});

describe('move', () => {
  test('gives an enqueued job another queue; its old entry does no harm', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await client.move(id, { queue: 'slow', ...EVE });
    expect(await view(id)).toMatchObject({ state: 'enqueued', queue: 'slow', priority: 'normal' });
    expect([await waiting('mail'), await waiting('slow')]).toEqual([0, 1]);
    expect(await worker.claim('mail')).toEqual([]);
    expect(await worker.claim('slow')).toEqual([id]);
    expect((await view(id)).history[0]).toMatchObject({
      what: 'moved',
      detail: { from: 'mail:2', by: 'eve' },
    });
    const stale = await each((prefix) => direct.hget(`${prefix}stale`, 'mail:2'));
    expect(stale.filter((count) => count !== null && count !== '0')).toEqual([]);
  });

  test('there and back again: the job runs once', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await client.move(id, { queue: 'slow' });
    await client.move(id, { queue: 'mail' });
    expect(await worker.claim('slow')).toEqual([]);
    expect(await worker.claim('mail')).toEqual([id]);
    expect(await worker.claim('mail')).toEqual([]);
  });

  test('changes the priority of a job that waits', async () => {
    const first = await client.enqueue(greet, { to: 'ada' });
    const second = await client.schedule(greet, { to: 'bob' }, { in: '1h' });
    await client.move(first.id, { priority: 'low' });
    await client.move(second.id, { priority: 'critical', queue: 'slow' });
    expect(await view(first.id)).toMatchObject({ state: 'enqueued', queue: 'mail', priority: 'low' });
    expect(await view(second.id)).toMatchObject({ state: 'scheduled', queue: 'slow', priority: 'critical' });
    await client.promote(second.id);
    expect(await worker.claim('slow')).toEqual([second.id]);
  });

  test('gives a job that waits for others another queue, where it goes when they have ended', async () => {
    const parent = await client.enqueue(greet, { to: 'ada' });
    const child = await client.continueWith(parent, greet, { to: 'bob' });
    await client.move(child.id, { queue: 'slow' });
    await worker.claim('mail');
    await worker.succeed(parent.id, 'done');
    expect(await worker.claim('slow')).toEqual([child.id]);
  });

  test('to the place where it is writes nothing', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await client.move(id, { queue: 'mail' });
    expect(await what(id)).toEqual([]);
  });

  test('takes what blocks a job with it: a parked one leaves its old queue', async () => {
    const options = { concurrency: { key: 'one', limit: 1 } };
    const first = await client.enqueue(greet, { to: 'ada' }, options);
    const second = await client.enqueue(greet, { to: 'bob' }, options);
    expect(await worker.claim('mail')).toEqual([first.id]);
    expect(await view(second.id)).toMatchObject({ isBlocked: true });
    await client.move(second.id, { queue: 'slow' });
    expect(await client.queue('mail').counts()).toMatchObject({ enqueued: 0, blocked: 0 });
    expect(await worker.claim('slow')).toEqual([]);
    expect(await view(second.id)).toMatchObject({ queue: 'slow', isBlocked: true });
    await worker.succeed(first.id, 'done');
    expect(await worker.claim('slow')).toEqual([second.id]);
  });

  test('of a job of a group counts it in its new queue', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' }, { group: 'tenant' });
    await client.move(id, { queue: 'slow' });
    expect([await waiting('mail'), await waiting('slow')]).toEqual([0, 1]);
    expect(await worker.claim('mail')).toEqual([]);
    expect(await worker.claim('slow')).toEqual([id]);
    expect([await waiting('mail'), await waiting('slow')]).toEqual([0, 0]);
  });
});

describe('update', () => {
  const INPUTS = { small: { to: 'bob' }, large: { to: 'b'.repeat(100_000) } } as const;

  test.each([
    ['small', 'small'],
    ['small', 'large'],
    ['large', 'small'],
    ['large', 'large'],
  ] as const)('replaces a %s input by a %s one', async (before, after) => {
    const { id } = await client.enqueue(greet, INPUTS[before]);
    const input = { to: `${INPUTS[after].to}!` };
    await client.update(id, { input, ...EVE });
    expect(await view(id)).toMatchObject({ state: 'enqueued', input });
    expect(await what(id)).toEqual(['updated']);
    const large = await each((prefix) => direct.exists(`${prefix}payload:${id}`));
    expect(large.includes(1)).toBe(after === 'large');
    expect(await worker.claim('mail')).toEqual([id]);
  });

  test('replaces some options and keeps the others', async () => {
    const { id } = await client.schedule(greet, { to: 'ada' }, { in: '1h', maxAttempts: 3, timeout: '5s' });
    await client.update(id, { options: { timeout: '10s', displayName: 'Greeting', metadata: { a: 1 } } });
    expect(await view(id)).toMatchObject({
      options: { maxAttempts: 3, timeoutMs: 10_000 },
      displayName: 'Greeting',
      metadata: { a: 1 },
      input: { to: 'ada' },
      state: 'scheduled',
    });
  });

  test('checks the input by the contract, and takes over its version', async () => {
    const strict = defineJob({ name: 'strict', version: 2, input: z.object({ to: z.string().min(2) }) });
    const { id } = await client.enqueue(strict, { to: 'ada' });
    await expect(client.update(id, strict, { input: { to: 'a' } })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
    await client.update(id, strict, { input: { to: 'bob' } });
    expect(await view(id)).toMatchObject({ input: { to: 'bob' }, version: 2 });
    await expect(client.update(id, greet, { input: { to: 'eve' } })).rejects.toThrow(
      'update.contract: must be that of the job, which is strict',
    );
  });

  test('keeps the ties: the unique key still holds, the limit still counts', async () => {
    const options = { unique: { key: '{a}k' }, concurrency: { key: '{a}one' }, tags: ['red'] };
    const { id } = await client.enqueue(greet, { to: 'ada' }, options);
    await client.update(id, { input: { to: 'bob' }, options: { maxAttempts: 1 } });
    expect(await view(id)).toMatchObject({ tags: ['red'], options: { maxAttempts: 1 } });
    expect(await client.enqueue(greet, { to: 'eve' }, options)).toMatchObject({ id, status: 'existing' });
    expect(await worker.claim('mail')).toEqual([id]);
    await worker.succeed(id, 'done');
    expect(await client.enqueue(greet, { to: 'eve' }, options)).toMatchObject({ status: 'stored' });
  });

  test('by many at once: each field ends with the value that somebody gave it', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await Promise.all([
      ...[1, 2, 3].map((maxAttempts) => client.update(id, { options: { maxAttempts } })),
      ...['a', 'b', 'c'].map((displayName) => client.update(id, { options: { displayName } })),
    ]);
    const { options, displayName } = await view(id);
    expect([1, 2, 3]).toContain(options.maxAttempts);
    expect(['a', 'b', 'c']).toContain(displayName);
    expect(await what(id)).toHaveLength(6);
  });

  test('of an encrypted job encrypts what is new', async () => {
    const codecs = { encrypt: { current: 'k1', keys: { k1: Buffer.alloc(32, 7) } } };
    const secret = new Client({ redis: store.url, namespace, shards, codecs });
    const { id } = await secret.enqueue(greet, { to: 'ada' });
    await secret.update(id, { input: { to: 'bob' } });
    expect(await secret.get(id)).toMatchObject({ input: { to: 'bob' } });
    const records = await each((prefix) => direct.get(`${prefix}job:${id}`));
    expect(records.join()).toContain('gcm:k1 ');
    await secret.close();
  });

  test('refuses options that tie a job to others, and an update of nothing', async () => {
    const { id } = await client.enqueue(greet, { to: 'ada' });
    await expect(client.update(id, { options: { tags: ['a'] } as never })).rejects.toThrow(
      'update.options.tags: cannot be changed any more',
    );
    await expect(client.update(id, {})).rejects.toThrow('update: must have an input, options, or both');
    expect(await what(id)).toEqual([]);
  });
});

type Verb = 'reschedule' | 'promote' | 'move' | 'update' | 'cancel' | 'requeue' | 'delete';
type From = 'scheduled' | 'enqueued' | 'awaiting' | 'processing' | 'succeeded' | 'failed' | 'cancelled';

const CHANGE: Readonly<Record<Verb, (id: string, expected?: { expect: From }) => Promise<void>>> = {
  reschedule: (id, expected) => client.reschedule(id, { in: '2h', ...expected }),
  promote: (id, expected) => client.promote(id, expected),
  move: (id, expected) => client.move(id, { queue: 'slow', ...expected }),
  update: (id, expected) => client.update(id, { input: { to: 'eve' }, ...expected }),
  cancel: (id, expected) => client.cancel(id, expected),
  requeue: (id, expected) => client.requeue(id, expected),
  delete: (id, expected) => client.delete(id, expected),
};

async function bring(state: From): Promise<JobHandle> {
  if (state === 'scheduled') return client.schedule(greet, { to: 'ada' }, { in: '1h' });
  const job = await client.enqueue(greet, { to: 'ada' });
  if (state === 'awaiting') return client.continueWith(job, greet, { to: 'bob' });
  if (state === 'cancelled') await client.cancel(job.id);
  if (state === 'enqueued' || state === 'cancelled') return job;
  await worker.claim('mail');
  if (state === 'succeeded') await worker.succeed(job.id, 'done');
  if (state === 'failed') await worker.fail(job.id, { message: 'no paper' });
  return job;
}

describe('a change that the state does not allow is refused with the state, and changes nothing', () => {
  const ENDED = ['processing', 'succeeded', 'failed', 'cancelled'] as const;
  const cases: (readonly [Verb, From])[] = [
    ...ENDED.flatMap((state) =>
      (['reschedule', 'promote', 'move', 'update'] as const).map((verb) => [verb, state] as const),
    ),
    ['reschedule', 'awaiting'],
    ['promote', 'enqueued'],
    ['promote', 'awaiting'],
  ];
  test.each(cases)('%s of a job that is %s', async (verb, from) => {
    const { id } = await bring(from);
    const before = await client.get(id);
    const change = CHANGE[verb](id);
    await expect(change).rejects.toBeInstanceOf(StateConflictError);
    await expect(change).rejects.toMatchObject({ fields: { id, verb, state: from } });
    expect(await client.get(id)).toEqual(before);
  });
});

describe('a change that expects another state is refused, and changes nothing', () => {
  test.each(Object.keys(CHANGE) as Verb[])('%s', async (verb) => {
    const { id } = await bring('scheduled');
    const before = await client.get(id);
    const change = CHANGE[verb](id, { expect: 'enqueued' });
    await expect(change).rejects.toMatchObject({ code: 'STATE_CONFLICT', fields: { state: 'scheduled' } });
    expect(await client.get(id)).toEqual(before);
    await CHANGE[verb](id, { expect: 'scheduled' });
  });
});

test.each(Object.keys(CHANGE) as Verb[])('%s of a job that does not exist says so', async (verb) => {
  await expect(CHANGE[verb]('01HF7YAT000000000000000000')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  await expect(CHANGE[verb]('no id')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});

test('several expected states, and a mistyped one', async () => {
  const { id } = await bring('scheduled');
  await expect(client.cancel(id, { expect: ['enqueued', 'sheduled'] as never })).rejects.toThrow(
    'cancel.expect',
  );
  await client.cancel(id, { expect: ['enqueued', 'scheduled'] });
  expect(await view(id)).toMatchObject({ state: 'cancelled' });
});

test('a damaged record is told, not hidden', async () => {
  const { id } = await bring('enqueued');
  await each((prefix) => direct.set(`${prefix}job:${id}`, 'what', 'XX'));
  for (const verb of ['reschedule', 'promote', 'move', 'update'] as const)
    await expect(CHANGE[verb](id)).rejects.toMatchObject({ fields: { state: 'damaged' } });
});
