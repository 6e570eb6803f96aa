import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { defineHandler } from '@linstock/worker';

// An enum, which Node cannot strip: the module must go through the TypeScript loader.
enum Unit {
  Ms = 1,
}

export const add = defineHandler(
  defineJob<{ a: number; b: number }, number>({ name: 'math.add', queue: 'math' }),
  ({ a, b }) => a + b,
);

export const others = {
  sleep: defineHandler(defineJob<number, string>({ name: 'sleep' }), async (ms, { signal }) => {
    await delay(ms * Unit.Ms, undefined, { signal });
    return 'rested';
  }),
  refuse: defineHandler(defineJob<null, null>({ name: 'refuse', maxAttempts: 1 }), () => {
    throw new Error('out of \u001B[31mpaper');
  }),
};
