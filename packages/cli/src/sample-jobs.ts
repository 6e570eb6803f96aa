import { defineJob } from '@linstock/core';
import type { HandlerDefinition } from './worker-adapter.ts';

/** The job of `linstock dev` without modules. */
export const hello = defineJob<{ name: string }, { greeting: string; attempt: number }>({
  name: 'sample.hello',
});

/** Its handler; a real one is made by `defineHandler(hello, async (input, ctx) => …)`. */
export const helloHandler: HandlerDefinition = {
  contract: hello,
  handler: (input, { attempt }) => ({ greeting: `Hello, ${(input as { name: string }).name}`, attempt }),
};
