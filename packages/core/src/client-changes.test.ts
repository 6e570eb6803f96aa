import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { eventually } from '@linstock/test-kit/eventually';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JobHandle } from './job-handle.ts';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { JobNotFoundError, StateConflictError } from './errors.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const greet = defineJob<number, string>({ name: 'greet', queue: 'mail' });

let namespace: string;
let client: Client;
let worker: ClientWorker;
let job: JobHandle<string>;
beforeEach(async () => {
  namespace = store.namespace();
  client = new Client({ redis: store.url, namespace, shards });
  job = await client.enqueue(greet, 1);
  worker = await ClientWorker.start({ url: store.url, namespace, shards });
});
afterEach(async () => {
  worker.close();
  await client.close();
});

const state = async (): Promise<string | undefined> => {
  const found = await client.get(job.id);
  return found !== undefined && 'state' in found ? found.state : undefined;
};

/** Waits until somebody is registered as waiting for the job. */
const isWatched = (): Promise<unknown> =>
  eventually(async () => {
    const scores = await Promise.all(
      Array.from({ length: shards }, (_, n) => direct.zscore(`{${namespace}:${n}}:watched`, job.id)),
    );
    return scores.some((score) => score !== null);
  });

/** How a wait ends that must not bring a result. */
const endOf = (result: Promise<unknown>): Promise<unknown> =>
  result.then(
    () => 'a result',
    (error: unknown) => error,
  );

describe('waiting for a result', () => {
  test('brings it when the job ends later', async () => {
    const result = job.result();
    await worker.claim('mail');
    await isWatched();
    await worker.succeed(job.id, 'hello');
    expect(await result).toBe('hello');
  });

  test('brings it when the job has ended before', async () => {
    await worker.claim('mail');
    await worker.succeed(job.id, { deep: [1, 'ä'] });
    expect(await client.result(job.id)).toEqual({ deep: [1, 'ä'] });
  });

  test('ends with the error when the job failed', async () => {
    const end = endOf(job.result());
    await worker.claim('mail');
    await isWatched();
    await worker.fail(job.id, { name: 'Error', message: 'no paper' });
    expect(await end).toMatchObject({
      code: 'JOB_FAILED',
      message: expect.stringContaining('no paper'),
      fields: { id: job.id, reason: { name: 'Error', message: 'no paper' } },
    });
  });

  test('ends when the job is cancelled, with the reason', async () => {
    const end = endOf(job.result());
    await isWatched();
    await client.cancel(job.id, { by: 'eve', reason: 'no need' });
    const reason = { by: 'eve', why: 'no need' };
    expect(await end).toMatchObject({ code: 'JOB_CANCELLED', fields: { reason } });
  });

  test('ends when the job is deleted', async () => {
    const end = endOf(job.result());
    await isWatched();
    await client.delete(job.id);
    expect(await end).toBeInstanceOf(JobNotFoundError);
  });

  test('ends when its time is up; the job goes on', async () => {
    await expect(job.result({ timeoutMs: 30 })).rejects.toMatchObject({
      code: 'TIMEOUT',
      fields: { timeoutMs: 30 },
    });
    expect(await state()).toBe('enqueued');
  });

  test('ends when its signal aborts', async () => {
    const abort = new AbortController();
    const end = endOf(job.result({ signal: abort.signal }));
    await isWatched();
    abort.abort(new Error('enough'));
    expect(await end).toMatchObject({ message: 'enough' });
  });

  test('ends when the client is closed', async () => {
    const end = endOf(job.result());
    await isWatched();
    await client.close();
    expect(await end).toMatchObject({ code: 'CLOSED' });
  });

  test('of a job that does not exist ends at once', async () => {
    await expect(client.result('01HF7YAT000000000000000000')).rejects.toBeInstanceOf(JobNotFoundError);
    await expect(client.result('what')).rejects.toBeInstanceOf(JobNotFoundError);
  });

  test('by many is served by one message', async () => {
    const results = Promise.all(Array.from({ length: 20 }, () => job.result()));
    await worker.claim('mail');
    await isWatched();
    await worker.succeed(job.id, 'hello');
    expect(new Set(await results)).toEqual(new Set(['hello']));
  });
});

type Verb = 'cancel' | 'requeue' | 'delete';

const END: Readonly<Record<string, () => Promise<unknown>>> = {
  enqueued: async () => {},
  processing: () => worker.claim('mail'),
  succeeded: async () => {
    await worker.claim('mail');
    await worker.succeed(job.id, 1);
  },
  failed: async () => {
    await worker.claim('mail');
    await worker.fail(job.id, {});
  },
  cancelled: () => client.cancel(job.id),
};

describe('a change that the state does not allow is refused with the state, and changes nothing', () => {
  const cases: readonly (readonly [Verb, string])[] = [
    ['cancel', 'succeeded'],
    ['cancel', 'failed'],
    ['cancel', 'cancelled'],
    ['requeue', 'enqueued'],
    ['requeue', 'processing'],
    ['delete', 'processing'],
  ];
  test.each(cases)('%s of a job that is %s', async (verb, from) => {
    await END[from]?.();
    const before = await client.get(job.id);
    const change = client[verb](job.id);
    await expect(change).rejects.toBeInstanceOf(StateConflictError);
    await expect(change).rejects.toMatchObject({ fields: { id: job.id, verb, state: from } });
    expect(await client.get(job.id)).toEqual(before);
  });
});

describe('a change that the state allows is made', () => {
  test.each(['enqueued', 'processing'])('cancel of a job that is %s', async (from) => {
    await END[from]?.();
    await client.cancel(job.id, { by: 'eve', reason: 'no need' });
    expect(await client.get(job.id)).toMatchObject({
      state: 'cancelled',
      history: [{ what: 'cancelled', detail: { by: 'eve', why: 'no need' } }],
    });
    expect(await worker.claim('mail')).toEqual([]);
  });

  test.each(['succeeded', 'failed', 'cancelled'])('requeue of a job that is %s', async (from) => {
    await END[from]?.();
    await client.requeue(job.id);
    expect(await client.get(job.id)).toMatchObject({ state: 'enqueued', attempt: 1 });
    expect(await worker.claim('mail')).toEqual([job.id]);
  });

  test.each(['enqueued', 'succeeded', 'failed', 'cancelled'])('delete of a job that is %s', async (from) => {
    await END[from]?.();
    await client.delete(job.id);
    expect(await client.get(job.id)).toBeUndefined();
    expect(await worker.claim('mail')).toEqual([]);
  });

  test('delete of a running job by force; its outcome comes too late', async () => {
    await worker.claim('mail');
    await client.delete(job.id, { force: true });
    expect(await worker.succeed(job.id, 1)).toEqual(['GONE']);
    expect(await client.get(job.id)).toBeUndefined();
  });
});

test('changes of many have one outcome per id, in the order asked', async () => {
  const { id } = await client.schedule(greet, 2, { in: '1h' });
  await worker.claim('mail');
  const ids = [id, 'what', job.id, id, '01HF7YAT000000000000000000'];
  expect(await client.requeueMany(ids)).toEqual(['OK', 'GONE', 'processing', 'OK', 'GONE']);
});

test.each(['cancel', 'requeue', 'delete'] as const)(
  '%s of a job that does not exist says so',
  async (verb) => {
    await expect(client[verb]('01HF7YAT000000000000000000')).rejects.toBeInstanceOf(JobNotFoundError);
    await expect(client[verb]('no id')).rejects.toBeInstanceOf(JobNotFoundError);
  },
);

test('a damaged record is told, not hidden', async () => {
  for (let n = 0; n < shards; n++) await direct.set(`{${namespace}:${n}}:job:${job.id}`, 'what', 'XX');
  expect(await client.get(job.id)).toEqual({ id: job.id, damaged: true });
  expect(await client.cancelMany([job.id])).toEqual(['DAMAGED']);
  await expect(job.result()).rejects.toMatchObject({ code: 'JOB_DAMAGED' });
});

test('who changes and why must be short texts', async () => {
  await expect(client.cancel(job.id, { by: 'a\nb' })).rejects.toThrow('cancel.by: must be a text');
  await expect(client.cancel(job.id, { reasn: 'x' } as never)).rejects.toThrow('did you mean "reason"?');
  expect(await state()).toBe('enqueued');
});
