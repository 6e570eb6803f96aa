import { setTimeout as delay } from 'node:timers/promises';
import type { CaughtRequest, FlakyProxy } from '@linstock/test-kit/flaky-redis';
import type { Child } from './child.ts';
import { runs } from './script-calls.ts';

/** Catches the next call of a script: `before` Redis has it, or `after` it and before the answer. */
export function trap(
  proxy: FlakyProxy,
  script: Parameters<typeof runs>[0],
  moment: 'before' | 'after',
): Promise<CaughtRequest> {
  return moment === 'before' ? proxy.holdNextRequest(runs(script)) : proxy.cutAfterNextRequest(runs(script));
}

/** Kills a process at the call that is caught, or after `waitMs`. Resolves to the call; undefined: none came. */
export async function killAt(
  victim: Child,
  caught: Promise<CaughtRequest>,
  waitMs = 20_000,
): Promise<CaughtRequest | undefined> {
  const call = await Promise.race([caught, delay(waitMs, undefined)]);
  await victim.kill();
  return call;
}
