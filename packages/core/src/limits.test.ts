import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Client } from './client.ts';
import { defineJob } from './contract.ts';
import { shardOf } from './job/job-id.ts';
import type { AuditEntry } from './store/audit-reader.ts';
import { Monitor } from './monitor.ts';
import { ADA, no } from './testing/cast.ts';
import { ClientWorker } from './testing/client-worker.ts';

const store = await sharedRedis();
const direct = store.connect();
const shards = testShardCount();
const EVE = { by: 'eve', reason: 'a test' };
const concurrency = { key: 'bank', limit: 1 };
const call = defineJob<number>({ name: 'bank.call', queue: 'mail', concurrency });

let namespace: string;
let client: Client;
let monitor: Monitor;
let worker: ClientWorker;
beforeEach(async () => {
  namespace = store.namespace();
  client = new Client({ redis: store.url, namespace, shards });
  monitor = new Monitor({ redis: store.url, namespace, shards });
  await client.connect();
  worker = await ClientWorker.start({ url: store.url, namespace, shards });
});
afterEach(async () => {
  worker.close();
  await monitor.close();
  await client.close();
});

const prefixOf = (id: string): string => `{${namespace}:${shardOf(id)}}:`;
const audited = async (action: string): Promise<AuditEntry | undefined> =>
  (await monitor.audit({ action }))[0];

/** Two jobs of one limit: one that was claimed, and one that waits for its place. */
async function twoOfOne(): Promise<readonly [holder: string, waits: string]> {
  const [one, two] = await client.enqueueMany(call, [1, 2]);
  const [holder = ''] = await worker.claim('mail');
  return [holder, one?.id === holder ? (two?.id ?? '') : (one?.id ?? '')];
}

describe('a place of a limit', () => {
  test('is shown with who has it, and who waits', async () => {
    const [holder] = await twoOfOne();
    expect(await client.limits.get('bank')).toEqual({
      key: 'bank',
      taken: 1,
      places: [{ job: holder, worker: ADA, right: 'runs' }],
      waiting: 1,
      waitingForRate: 0,
      isCounting: false,
    });
    expect(await client.limits.get('other')).toMatchObject({ taken: 0, places: [], waiting: 0 });
  });

  test('is not taken from a job that runs, nor from one whose handler may still run', async () => {
    const [holder, waits] = await twoOfOne();
    await expect(client.limits.release('bank', holder)).rejects.toMatchObject({
      code: 'PLACE_IN_USE',
      fields: { key: 'bank', id: holder, right: 'runs' },
    });
    await client.cancel(holder);
    await expect(client.limits.release('bank', holder)).rejects.toMatchObject({ fields: { right: 'stops' } });
    await expect(client.limits.release('bank', waits)).rejects.toMatchObject({ code: 'PLACE_NOT_FOUND' });
    await expect(client.limits.release('bank', 'x*')).rejects.toMatchObject({ code: 'PLACE_NOT_FOUND' });
    expect(await worker.claim('mail')).toEqual([]);
    expect(await client.limits.get('bank')).toMatchObject({ taken: 1, waiting: 1 });
  });

  test('is not taken from a job whose turn has come and that waits for a slot', async () => {
    const [holder, waits] = await twoOfOne();
    await worker.fail(holder, { message: 'no' });
    expect((await client.limits.get('bank')).places).toEqual([
      { job: waits, worker: undefined, right: 'waits' },
    ]);
    await expect(client.limits.release('bank', waits)).rejects.toMatchObject({ fields: { right: 'waits' } });
  });

  test('is taken from a job that does not run any more, and the next one in line gets it', async () => {
    const [holder, waits] = await twoOfOne();
    // As if its end had not freed it.
    await direct.srem(`${prefixOf(holder)}processing:${ADA}:${no(1)}`, holder);
    expect((await client.limits.get('bank')).places).toEqual([
      { job: holder, worker: ADA, right: undefined },
    ]);
    await client.limits.release('bank', holder, EVE);
    expect(await worker.claim('mail')).toEqual([waits]);
    expect(await audited('free')).toMatchObject({
      actor: 'eve',
      target: 'bank',
      reason: 'a test',
      details: { job: holder },
    });
    await expect(client.limits.release('bank', holder)).rejects.toMatchObject({ code: 'PLACE_NOT_FOUND' });
  });

  test('is taken from a worker that is dead', async () => {
    const [holder, waits] = await twoOfOne();
    await direct.zrem(`${prefixOf(holder)}leases`, ADA);
    await client.limits.release('bank', holder);
    expect((await client.limits.get('bank')).places).toEqual([
      { job: waits, worker: undefined, right: 'waits' },
    ]);
  });
});

describe('a unique key', () => {
  const remind = defineJob<null>({ name: 'remind', unique: { key: 'ada', for: '1h' } });
  const ref = { job: 'remind', key: 'ada' } as const;

  test('is shown with who has it', async () => {
    expect(await client.limits.lock(ref)).toBeUndefined();
    const { id } = await client.enqueue(remind, null);
    const view = await client.limits.lock(ref);
    expect(view).toMatchObject({ id, state: 'enqueued' });
    expect(view?.expiresInMs).toBeGreaterThan(3_000_000);
    const sync = defineJob<null>({ name: 'sync', unique: { key: 'ada' } });
    await client.enqueue(sync, null);
    expect(await client.limits.lock({ job: 'sync', key: 'ada' })).toMatchObject({ expiresInMs: undefined });
  });

  test('is not taken from a job that waits or runs', async () => {
    const { id } = await client.enqueue(remind, null);
    const refused = { code: 'LOCK_IN_USE', fields: { key: 'ada', id } };
    await expect(client.limits.unlock(ref)).rejects.toMatchObject({
      ...refused,
      fields: { state: 'enqueued' },
    });
    await worker.claim('default');
    await expect(client.limits.unlock(ref)).rejects.toMatchObject(refused);
    expect((await client.enqueue(remind, null)).status).toBe('existing');
  });

  test('is free again before its time when its job has ended or is gone', async () => {
    const { id } = await client.enqueue(remind, null);
    await client.cancel(id);
    expect((await client.enqueue(remind, null)).status).toBe('existing');
    expect(await client.limits.unlock(ref, EVE)).toBe(id);
    expect(await audited('unlock')).toMatchObject({ target: 'w:remind:ada', details: { job: id } });
    const second = await client.enqueue(remind, null);
    expect(second.status).toBe('stored');
    await client.delete(second.id);
    expect(await client.limits.lock(ref)).toMatchObject({ id: second.id, state: undefined });
    expect(await client.limits.unlock(ref)).toBe(second.id);
    await expect(client.limits.unlock(ref)).rejects.toMatchObject({ code: 'LOCK_NOT_FOUND' });
  });

  test('may be one of `key`, of `throttle`, or of `debounce`', async () => {
    const pay = defineJob<null>({ name: 'pay' });
    const { id } = await client.enqueue(pay, null, { key: 'k', throttle: { key: 't{k}', per: '1h' } });
    await client.cancel(id);
    const of = (kind: 'key' | 'throttle' | 'debounce' | 'unique', key: string) =>
      client.limits.lock({ kind, job: 'pay', key });
    expect(await of('key', 'k')).toMatchObject({ id, state: 'cancelled' });
    expect(await of('unique', 'k')).toBeUndefined();
    expect(await of('throttle', 't{k}')).toMatchObject({ id });
    expect(await client.limits.unlock({ kind: 'key', job: 'pay', key: 'k' })).toBe(id);
    expect((await client.enqueue(pay, null, { key: 'k' })).status).toBe('stored');
  });
});

describe('what cannot be is refused', () => {
  test.each<[() => Promise<unknown>, string]>([
    [() => client.limits.get(''), 'limits.get.key'],
    [() => client.limits.reset('x'.repeat(300)), 'limits.reset.key'],
    [() => client.limits.lock({ job: 'remind' } as never), 'limits.lock.key'],
    [() => client.limits.lock({ key: 'k' } as never), 'limits.lock.job: is required'],
    [() => client.limits.unlock({ kind: 'lock', job: 'remind', key: 'k' } as never), 'limits.unlock.kind'],
    [() => client.limits.reset('k', { who: 'eve' } as never), 'limits.reset.who'],
  ])('%s', async (run, message) => {
    await expect(run()).rejects.toThrow(message);
  });
});
