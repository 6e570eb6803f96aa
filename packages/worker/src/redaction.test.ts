import { defineJob, Monitor } from '@linstock/core';
import type { ClientOptions, JobView } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Scene } from './testing/scene.ts';

const store = await sharedRedis();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => void (await Promise.all(opened.splice(0).map((one) => one.close()))));

function sceneOf(options: Partial<ClientOptions> = {}): Scene {
  const target = { url: store.url, namespace: store.namespace(), shards: testShardCount() };
  const scene = new Scene(target, options);
  opened.push(scene);
  return scene;
}

function monitorOf({ target }: Scene, redact: string[] | false): Monitor {
  const monitor = new Monitor({ redis: target.url, namespace: target.namespace, redact });
  opened.push(monitor);
  return monitor;
}

async function shown(monitor: Monitor, id: string): Promise<JobView> {
  const job = await monitor.job(id);
  if (job === undefined || 'damaged' in job) throw new Error(`job ${id} is missing or damaged`);
  return job;
}

describe('redaction', () => {
  const login = defineJob<
    { user: string; password: string; card: { number: string } },
    { token: string; iban: string }
  >({
    name: 'login',
  });
  const input = { user: 'ada', password: 'correct horse', card: { number: '4111' } };
  const result = { token: 'correct horse', iban: 'DE00' };

  test('masks what a monitor shows, by name and by path, and nothing that programs get', async () => {
    const scene = sceneOf();
    const seen: unknown[] = [];
    const worker = scene.worker();
    worker.handle(login, (given) => {
      seen.push(given);
      return result;
    });
    await worker.start();
    const handle = await scene.client.enqueue(login, input);
    expect(await handle.result()).toEqual(result);
    expect(seen).toEqual([input]);
    expect(await scene.job(handle.id)).toMatchObject({ input, result });

    const masked = { user: 'ada', password: '•••', card: '•••' };
    expect(await shown(scene.monitor, handle.id)).toMatchObject({
      input: masked,
      result: { token: '•••', iban: 'DE00' },
    });
    expect((await scene.monitor.page({ state: 'succeeded' })).jobs).toMatchObject([{ input: masked }]);
    const strict = await shown(monitorOf(scene, ['iban', 'user']), handle.id);
    expect(strict).toMatchObject({
      input: { user: '•••', password: '•••' },
      result: { iban: '•••', token: '•••' },
    });
    expect(await shown(monitorOf(scene, false), handle.id)).toMatchObject({ input, result });
  });

  test('masks what a client shows only where it is told to, and never its results', async () => {
    const scene = sceneOf({ redact: ['user'] });
    const worker = scene.worker();
    worker.handle(login, () => result);
    await worker.start();
    const handle = await scene.client.enqueue(login, input);
    expect(await handle.result()).toEqual(result);
    expect(await scene.job(handle.id)).toMatchObject({
      input: { user: '•••', password: '•••' },
      result: { token: '•••', iban: 'DE00' },
    });
  });

  test('masks fields of errors and of what people said', async () => {
    const scene = sceneOf();
    const worker = scene.worker();
    worker.handle(login, () => {
      throw new Error('no');
    });
    await worker.start();
    const { id } = await scene.client.enqueue(login, input, { maxAttempts: 1 });
    await eventually(async () => (await scene.job(id)).state === 'failed');
    const job = await shown(monitorOf(scene, ['stack']), id);
    expect(job).toMatchObject({
      error: { message: 'no', stack: '•••' },
      history: [{ detail: { stack: '•••' } }],
    });
  });
});
