import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { defineHandler } from '@linstock/worker';

export const add = defineHandler(
  defineJob<{ a: number; b: number }, number>({ name: 'math.add', queue: 'math' }),
  ({ a, b }) => a + b,
);

export const others = {
  sleep: defineHandler(defineJob<number, string>({ name: 'sleep' }), async (ms, { signal }) => {
    await delay(ms, undefined, { signal });
    return 'rested';
  }),
  tell: defineHandler(defineJob<null, null>({ name: 'tell' }), (_input, ctx) => {
    ctx.log.info({ file: 'a.txt' }, 'copied');
    ctx.progress({ done: 1 });
    return null;
  }),
  refuse: defineHandler(defineJob<null, null>({ name: 'refuse', maxAttempts: 1 }), () => {
    throw new Error('out of \u001B[31mpaper');
  }),
};
