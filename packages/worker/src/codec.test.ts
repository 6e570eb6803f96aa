import { randomBytes } from 'node:crypto';
import { defineJob, Monitor, UnreadablePayload } from '@linstock/core';
import type { ClientOptions, CodecOptions, JobView } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Scene } from './testing/scene.ts';
import { Gate } from './testing/stage.ts';

const store = await sharedRedis();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

const SECRET = 'correct-horse-battery-staple';
const keys = { k1: randomBytes(32), k2: randomBytes(32).toString('base64') };
const first: CodecOptions = { encrypt: { current: 'k1', keys: { k1: keys.k1 } } };
const rotated: CodecOptions = { compress: true, encrypt: { current: 'k2', keys } };
const pay = defineJob<{ iban: string; note?: string }, { receipt: string }>({ name: 'pay' });
const plain = defineJob<number, string>({ name: 'plain' });

function sceneOf(options: Partial<ClientOptions> = {}, shards = testShardCount()): Scene {
  return sceneAt({ target: { url: store.url, namespace: store.namespace(), shards } }, options);
}

/** Another client of the same installation. */
function sceneAt({ target }: Pick<Scene, 'target'>, options: Partial<ClientOptions> = {}): Scene {
  const scene = new Scene(target, options);
  opened.push(scene);
  return scene;
}

function monitorOf({ target }: Scene, options: { codecs?: CodecOptions } = {}): Monitor {
  const monitor = new Monitor({ redis: target.url, namespace: target.namespace, ...options });
  opened.push(monitor);
  return monitor;
}

async function shown(monitor: Monitor, id: string): Promise<JobView> {
  const job = await monitor.job(id);
  if (job === undefined || 'damaged' in job) throw new Error(`job ${id} is missing or damaged`);
  return job;
}

const READS: Readonly<Record<string, (key: string) => [string, ...string[]]>> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1'],
  stream: (key) => ['XRANGE', key, '-', '+'],
};

/** All that an installation has in Redis: names of keys, and what they hold. */
async function everything(scene: Scene): Promise<string> {
  const names = (await scene.call('KEYS', `*${scene.target.namespace}*`)) as string[];
  expect(names.length).toBeGreaterThan(0);
  const contents = names.map(async (key) => {
    const read = READS[(await scene.call('TYPE', key)) as string];
    return read === undefined ? '' : JSON.stringify([key, await scene.call(...read(key))]);
  });
  return (await Promise.all(contents)).join('\n');
}

describe('encrypted jobs', () => {
  test('Redis never holds a payload or a result in plain text, and the handler and the waiter get both', async () => {
    const scene = sceneOf({ codecs: first });
    const gate = new Gate();
    const inputs: unknown[] = [];
    const worker = scene.worker({ codecs: first });
    worker.handle(pay, async (input) => {
      inputs.push(input);
      await gate.opened;
      return { receipt: `paid ${SECRET}` };
    });
    const small = await scene.client.enqueue(pay, { iban: SECRET });
    const large = await scene.client.enqueue(pay, { iban: SECRET, note: SECRET.repeat(5000) });
    const later = await scene.client.schedule(pay, { iban: SECRET }, { in: '1h' });
    expect(await everything(scene)).not.toContain('horse');
    expect(await everything(scene)).toContain('~gcm:k1 ');

    await worker.start();
    await eventually(() => inputs.length === 2);
    expect(await everything(scene)).not.toContain('horse');
    gate.open();
    expect(await small.result()).toEqual({ receipt: `paid ${SECRET}` });
    expect(await large.result()).toEqual({ receipt: `paid ${SECRET}` });
    expect(inputs).toContainEqual({ iban: SECRET });
    expect(inputs).toContainEqual({ iban: SECRET, note: SECRET.repeat(5000) });
    expect(await everything(scene)).not.toContain('horse');
    expect(await scene.job(later.id)).toMatchObject({ state: 'scheduled', input: { iban: SECRET } });
  });

  test('that a worker has no key for wait, visibly and without using an attempt, for one that has it', async () => {
    const scene = sceneOf({ codecs: first });
    const { id } = await scene.client.enqueue(pay, { iban: SECRET });
    const large = await scene.client.enqueue(pay, { iban: SECRET, note: SECRET.repeat(5000) });
    const blind = scene.worker({ concurrency: 1 });
    blind.handle(pay, () => ({ receipt: 'never' }));
    blind.handle(plain, () => 'still here');
    const reasons = new Map<string, unknown>();
    blind.events.on('deferred', (job, reason) => reasons.set(job.id, reason));
    await blind.start();
    await eventually(async () => (await scene.job(large.id)).state === 'scheduled');
    await eventually(async () => (await scene.job(id)).state === 'scheduled');
    expect((await scene.job(id)).history).toMatchObject([
      {
        what: 'deferred',
        detail: { reason: 'PAYLOAD_NOT_DECRYPTED', name: 'pay', keyId: 'k1', problem: 'NO_KEYS' },
      },
    ]);
    await eventually(() => expect([...reasons.values()]).toEqual(Array(2).fill('PAYLOAD_NOT_DECRYPTED')));
    const line = scene.log.lines.find(({ fields }) => fields['jobId'] === id);
    expect(line?.message).toContain('it waits for a worker that has the key');
    expect(line?.fields['err']).toMatchObject({ code: 'PAYLOAD_NOT_DECRYPTED' });
    expect(await scene.monitor.quarantined()).toEqual([]);
    // Its slot is free again.
    const other = await sceneAt(scene).client.enqueue(plain, 1);
    expect(await other.result()).toBe('still here');
    await blind.stop();

    const seeing = scene.worker({ codecs: first });
    seeing.handle(pay, (input) => ({ receipt: input.iban }));
    await seeing.start();
    await scene.client.requeueMany([id, large.id]);
    expect(await scene.client.result(id)).toEqual({ receipt: SECRET });
    expect(await large.result()).toEqual({ receipt: SECRET });
    expect(await scene.job(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(await scene.history(id)).toEqual(['deferred', 'requeued', 'succeeded']);
  });

  test('run while keys change: what the old key encrypted is decrypted, the new key encrypts', async () => {
    const scene = sceneOf({ codecs: first }, 1);
    const { id } = await scene.client.enqueue(pay, { iban: SECRET });
    const worker = scene.worker({ codecs: rotated });
    worker.handle(pay, (input) => ({ receipt: input.iban }));
    await worker.start();
    await eventually(async () => (await scene.job(id)).state === 'succeeded');
    expect(await everything(scene)).toContain(' ~gcm:k2 ');
    // The client that enqueued it does not have the new key yet.
    await expect(scene.client.result(id)).rejects.toMatchObject({
      code: 'RESULT_NOT_DECRYPTED',
      fields: { keyId: 'k2' },
    });
    expect(await shown(monitorOf(scene, { codecs: rotated }), id)).toMatchObject({
      input: { iban: SECRET },
      result: { receipt: SECRET },
    });
  });

  test('are shown as closed where there are no keys', async () => {
    const scene = sceneOf({ codecs: first });
    const { id } = await scene.client.enqueue(pay, { iban: SECRET });
    const { input } = await shown(scene.monitor, id);
    expect(input).toBeInstanceOf(UnreadablePayload);
    expect(input).toMatchObject({ encrypted: true, keyId: 'k1', code: 'PAYLOAD_NOT_DECRYPTED' });
    expect(JSON.stringify(input)).toContain('set the option codecs.encrypt');
  });

  test('do not open when somebody moves a payload to another job: it waits, and nothing is lost', async () => {
    const scene = sceneOf({ codecs: first }, 1);
    const [from, to] = await scene.client.enqueueMany(pay, [{ iban: SECRET }, { iban: 'own' }]);
    const recordOf = async (id = ''): Promise<string[]> =>
      String(await scene.call('GET', `${scene.prefix()}job:${id}`)).split('\n');
    const [mark = '', header = ''] = await recordOf(to?.id);
    const [, , payload = ''] = await recordOf(from?.id);
    await scene.call('SET', `${scene.prefix()}job:${to?.id ?? ''}`, [mark, header, payload].join('\n'));
    const worker = scene.worker({ codecs: first });
    worker.handle(pay, (input) => ({ receipt: input.iban }));
    await worker.start();
    expect(await from?.result()).toEqual({ receipt: SECRET });
    await eventually(async () => (await scene.job(to?.id ?? '')).state === 'scheduled');
    expect((await scene.job(to?.id ?? '')).history).toMatchObject([
      { what: 'deferred', detail: { reason: 'PAYLOAD_NOT_DECRYPTED', problem: 'NOT_AUTHENTIC' } },
    ]);
    expect(await scene.monitor.quarantined()).toEqual([]);
  });

  test('run with the newest input when they take the place of one that waits', async () => {
    const scene = sceneOf({ codecs: first });
    const unique = { key: 'ada', onConflict: 'replace' } as const;
    const early = await scene.client.enqueue(pay, { iban: 'old' }, { unique });
    const late = await scene.client.enqueue(pay, { iban: SECRET, note: SECRET.repeat(5000) }, { unique });
    expect(late).toMatchObject({ id: early.id, status: 'replaced' });
    expect(await everything(scene)).not.toContain('horse');
    const worker = scene.worker({ codecs: first });
    worker.handle(pay, (input) => ({ receipt: input.iban }));
    await worker.start();
    expect(await late.result()).toEqual({ receipt: SECRET });
  });

  test('whose result is over 1 MiB once it is encrypted fail, and say so', async () => {
    const scene = sceneOf({ codecs: first });
    const worker = scene.worker({ codecs: first });
    worker.handle(pay, () => ({ receipt: 'x'.repeat(900_000) }));
    await worker.start();
    const handle = await scene.client.enqueue(pay, { iban: SECRET });
    await expect(handle.result()).rejects.toMatchObject({ code: 'JOB_FAILED' });
    expect((await scene.job(handle.id)).error?.message).toContain('once it is encrypted');
    await expect(scene.client.enqueue(pay, { iban: 'x'.repeat(900_000) })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });
});

describe('workers with codecs', () => {
  test('still run plain jobs, and workers without read what is only compressed', async () => {
    const bare = sceneOf();
    const long = { iban: 'x'.repeat(50_000) };
    const compressing = sceneAt(bare, { codecs: { compress: true } });
    const before = await bare.client.enqueue(pay, { iban: 'plain' });
    const after = await compressing.client.enqueue(pay, long);
    expect(await everything(bare)).toMatch(/"iban\\*":\\*"plain/);
    expect(await everything(bare)).not.toContain('xxxx');
    const worker = bare.worker();
    worker.handle(pay, (input) => ({ receipt: input.iban }));
    await worker.start();
    expect(await after.result()).toEqual({ receipt: long.iban });
    expect(await before.result()).toEqual({ receipt: 'plain' });

    await worker.stop();
    const encrypting = bare.worker({ codecs: first });
    encrypting.handle(pay, (input) => ({ receipt: input.iban }));
    await encrypting.start();
    const { id } = await bare.client.enqueue(pay, { iban: SECRET });
    await eventually(async () => (await bare.job(id)).state === 'succeeded');
    expect((await bare.job(id)).result).toMatchObject({ encrypted: true, keyId: 'k1' });
  });

  test.each([
    ['damaged for everybody is set aside', '~df AAAA', 'quarantined'],
    ['of a newer version waits', '~zstd AAAA', 'deferred'],
  ])('a payload that is %s', async (_, payload, end) => {
    const scene = sceneOf({}, 1);
    const { id } = await scene.client.enqueue(pay, { iban: 'x' });
    const key = `${scene.prefix()}job:${id}`;
    const [mark, header] = String(await scene.call('GET', key)).split('\n');
    await scene.call('SET', key, [mark, header, payload].join('\n'));
    const ends: string[] = [];
    const worker = scene.worker({ codecs: first });
    worker.handle(pay, () => ({ receipt: 'never' }));
    worker.events.on('quarantined', () => ends.push('quarantined'));
    worker.events.on('deferred', (_job, reason) => ends.push(`deferred ${reason}`));
    await worker.start();
    await eventually(() => expect(ends).toEqual([expect.stringContaining(end)]));
  });
});
