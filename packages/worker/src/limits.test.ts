import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

describe('a rate that is reset', () => {
  test.each([
    ['a bucket', { key: 'api', limit: 1, per: '1h' }],
    ['a window', { key: 'api', limit: 1, per: '1h', burst: 'window' }],
  ] as const)('lets the next job start at once: %s', async (_, rateLimit) => {
    const scene = stage.open();
    const ask = defineJob<number, number>({ name: 'ask', rateLimit });
    const worker = scene.worker();
    worker.handle(ask, (n) => n);
    await worker.start();
    const handles = await scene.client.enqueueMany(ask, [1, 2]);
    await Promise.race(handles.map((handle) => handle.result()));
    await eventually(async () =>
      expect(await scene.client.limits.get('api')).toMatchObject({ waitingForRate: 1, isCounting: true }),
    );
    expect(await scene.client.limits.reset('api', { by: 'eve', reason: 'the bank is back' })).toBe(true);
    await Promise.all(handles.map((handle) => handle.result()));
    expect((await scene.monitor.audit({ action: 'reset' }))[0]).toMatchObject({
      actor: 'eve',
      target: 'api',
      reason: 'the bank is back',
    });
  });

  test('that counts nothing says so', async () => {
    const scene = stage.open();
    await scene.client.connect();
    expect(await scene.client.limits.reset('api')).toBe(false);
  });
});

test('a place that a deaf handler has is not taken from it before it has ended', async () => {
  const scene = stage.open();
  const deaf = defineJob<null>({ name: 'deaf', concurrency: { key: 'bank' } });
  const gate = new Gate();
  const worker = scene.worker();
  worker.handle(deaf, () => gate.opened);
  await worker.start();
  const { id } = await scene.client.enqueue(deaf, null);
  await eventually(() => worker.running === 1);
  await scene.client.cancel(id);
  await expect(scene.client.limits.release('bank', id)).rejects.toMatchObject({
    code: 'PLACE_IN_USE',
    fields: { right: 'stops' },
  });
  gate.open();
  await eventually(async () => expect(await scene.client.limits.get('bank')).toMatchObject({ taken: 0 }));
});
