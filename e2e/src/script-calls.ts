import type { TestRedis } from '@linstock/test-kit/redis';
// By path: what a call looks like on the wire is nobody's public business.
import { SHA1 } from '../../packages/core/src/redis/script.ts';

/** A call as Redis saw it. */
export interface SeenCall {
  readonly script: string;
  /** ms since 1970, by Redis. */
  readonly at: number;
  readonly args: readonly string[];
}

const NAMES = new Map<string, string>(Object.entries(SHA1).map(([name, sha]) => [sha, name]));

/** Watches the scripts that a server runs, until `stop`. */
export async function watchCalls(redis: TestRedis): Promise<{ calls: SeenCall[]; stop: () => void }> {
  const calls: SeenCall[] = [];
  const monitor = await redis.connect().monitor();
  monitor.on('monitor', (time: string, args: readonly string[]) => {
    const script = args[0]?.toLowerCase() === 'evalsha' ? NAMES.get(args[1] ?? '') : undefined;
    if (script !== undefined) calls.push({ script, at: Number(time) * 1000, args: args.slice(4) });
  });
  return { calls, stop: () => monitor.disconnect() };
}

/** Accepts requests that run a script. */
export function runs(script: keyof typeof SHA1): (request: Buffer) => boolean {
  return (request) => request.includes(SHA1[script]);
}
