import { defineJob } from '@linstock/core';
import { eventually } from '@linstock/test-kit/eventually';
import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterEach, describe, expect, test } from 'vitest';
import { Gate, Stage } from './testing/stage.ts';

const store = await sharedRedis();
const stage = new Stage(store, testShardCount());
afterEach(() => stage.closeAll());

const copy = defineJob<{ files: number }>({ name: 'copy' });

describe('what a job tells of itself', () => {
  test('is there while it runs, and afterwards', async () => {
    const scene = stage.open();
    const gate = new Gate();
    const worker = scene.worker();
    worker.handle(copy, async ({ files }, ctx) => {
      ctx.progress({ done: 1, of: files });
      ctx.log.info({ file: 'a.txt' }, 'copied');
      await gate.opened;
      ctx.progress({ done: files, of: files });
      ctx.log.warn({ password: 'hunter2' }, 'all copied');
    });
    await worker.start();
    const { id } = await scene.client.enqueue(copy, { files: 2 });
    await eventually(async () =>
      expect(await scene.monitor.activity(id)).toMatchObject({
        progress: { done: 1, of: 2 },
        log: [{ level: 'info', message: 'copied', file: 'a.txt' }],
      }),
    );
    gate.open();
    await scene.client.result(id);
    const { progress, log } = await scene.client.activity(id, { lines: 1 });
    const shown = await scene.monitor.activity(id);
    expect(progress).toEqual({ done: 2, of: 2 });
    expect(log).toMatchObject([{ level: 'warn', message: 'all copied', password: 'hunter2' }]);
    // What people are shown is masked, as everywhere.
    expect(shown.log).toMatchObject([{ message: 'copied' }, { message: 'all copied', password: '•••' }]);
  });

  test('is its newest thousand lines, however fast they come', async () => {
    const scene = stage.open();
    const worker = scene.worker();
    worker.handle(copy, ({ files }, ctx) => {
      for (let n = 0; n < files; n++) ctx.log.info({ n }, 'copied');
    });
    await worker.start();
    const { id } = await scene.client.enqueue(copy, { files: 2500 });
    await scene.client.result(id);
    const { log } = await scene.client.activity(id, { lines: 1000 });
    expect(log.map(({ n }) => n)).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1500));
  });

  test('is nothing when it told nothing, or does not exist', async () => {
    const scene = stage.open();
    const { id } = await scene.client.enqueue(copy, { files: 0 });
    const nothing = { progress: undefined, log: [] };
    expect(await scene.monitor.activity(id)).toEqual(nothing);
    expect(await scene.monitor.activity('nobody')).toEqual(nothing);
    await expect(scene.monitor.activity(id, { lines: 0 })).rejects.toThrow('activity.lines: must be');
  });
});
