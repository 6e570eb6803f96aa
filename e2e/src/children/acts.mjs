// What jobs of the tests do: their input says it. Every run tells of its start and its end.
import { setTimeout as delay } from 'node:timers/promises';
import { defineJob } from '@linstock/core';
import { awaitChildren, cancel, snooze } from '@linstock/worker';

const act = defineJob({ name: 'act' });

/** Makes the handler. `tell` writes an event. */
export function createAct(tell) {
  return (input, ctx) => {
    const { id, fence, attempt, recoveries } = ctx;
    tell('start', id, fence, attempt, recoveries);
    if (input.talk) talk(ctx);
    if (input.die !== undefined) die(input.die);
    if (input.once && recoveries > 0) return finish(input, ctx, tell);
    if (input.spinMs !== undefined) spin(input.spinMs);
    if (input.children !== undefined) return share(input, ctx, tell);
    if (input.wish !== undefined && Date.now() < (input.until ?? Infinity)) return wish(input, ctx, tell);
    if (input.ms !== undefined) return wait(input, ctx, tell);
    return finish(input, ctx, tell);
  };
}

function finish(input, ctx, tell) {
  const { id, fence, attempt } = ctx;
  if ((input.failures ?? 0) >= attempt) {
    tell('end', id, fence, 'error');
    throw new Error('this attempt was asked to fail');
  }
  tell('end', id, fence, 'ok');
  return result(input, ctx);
}

function result({ out = 0 }, { fence }) {
  return { fence, pad: 'x'.repeat(out) };
}

async function wait(input, ctx, tell) {
  const { id, fence, signal } = ctx;
  signal.addEventListener('abort', () => tell('abort', id, fence, signal.reason.code), { once: true });
  try {
    await delay(input.ms, undefined, input.deaf ? {} : { signal });
  } catch {
    tell('end', id, fence, 'aborted');
    throw signal.reason;
  }
  return finish(input, ctx, tell);
}

/** Its children name it in their metadata. */
async function share(input, ctx, tell) {
  const { id, fence } = ctx;
  if ((await ctx.children()).length === input.children) return finish(input, ctx, tell);
  for (let n = 0; n < input.children; n++)
    await ctx.enqueueChild(act, { ms: 2 }, { metadata: { parent: id } });
  tell('end', id, fence, 'awaits');
  return awaitChildren();
}

/** It ends as cancelled, or is put off: by itself, or because a service said "later". */
function wish(input, ctx, tell) {
  const { id, fence } = ctx;
  tell('end', id, fence, input.wish);
  if (input.wish === 'cancel') return cancel('nobody wants it');
  if (input.wish === 'snooze') return snooze('50ms');
  return ctx.rateLimit('50ms');
}

function talk(ctx) {
  ctx.progress({ done: 1, of: 2 });
  ctx.log.info({ who: 'act' }, 'at work');
}

function die(how) {
  if (how === 'kill') process.kill(process.pid, 'SIGKILL');
  if (how === 'abort') process.abort();
  process.exit(1);
}

function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
