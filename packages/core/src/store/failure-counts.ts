import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';

/** Failed jobs that one call counts: some 3 ms of Redis. */
export const MOST_COUNTED = 1000;

/** How many jobs of a queue with a name are failed. */
export interface FailedKind {
  /** Empty: nobody knows its queue. */
  readonly queue: string;
  readonly name: string;
  readonly count: number;
}

/** Counts failed jobs by queue and name: at most {@link MOST_COUNTED}, behind as many of the newest as are passed over. */
export async function countFailed(target: ScriptTarget, from: number, most: number): Promise<FailedKind[]> {
  const reply = await runScript(target, 'count', [from, most]);
  if (!Array.isArray(reply) || reply.length % 3 > 0) throw new ProtocolError('count', reply);
  const words: readonly unknown[] = reply;
  return Array.from({ length: words.length / 3 }, (_, i) => {
    const [queue, name, count] = words.slice(3 * i, 3 * i + 3);
    return { queue: String(queue), name: String(name), count: Number(count) };
  });
}
