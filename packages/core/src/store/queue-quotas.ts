import type { ScriptTarget } from '../redis/script.ts';
import { ProtocolError, runScript } from '../redis/script.ts';

/** What changes of a shard's part in the limits of a queue. What is left out stays. */
export interface QuotaChange {
  readonly queue: string;
  /** How many of its jobs may run here at one time. */
  readonly places?: number;
  /** Starts of its rate to add here; negative: to take away. */
  readonly tokens?: number;
  /** How many starts of its rate to leave to other shards, where its rate is counted. */
  readonly spare?: number;
}

/** A shard's part in the limits of a queue, and what it does with it. */
export interface QuotaState {
  /** Undefined: never set; all of the limit where the queue is at home, and nothing elsewhere. */
  readonly places: number | undefined;
  /** Jobs that have a place. */
  readonly held: number;
  /** Jobs that wait for a slot. */
  readonly waiting: number;
  /** Starts that it has left of those it was given. */
  readonly tokens: number;
  /** Starts that this call has taken from the rate. */
  readonly taken: number;
  /** Starts that it leaves to other shards. */
  readonly spare: number;
}

const NUMBERS = 6;

/**
 * Appoints a worker as the steward that divides limits, for a while. Returns its number, higher than `above` and than all
 * before; undefined: another worker is appointed.
 */
export async function appointSteward(
  target: ScriptTarget,
  worker: string,
  { forMs, above }: { readonly forMs: number; readonly above: number },
): Promise<number | undefined> {
  const number = await runScript(target, 'appoint', [worker, forMs, above]);
  if (typeof number !== 'number') throw new ProtocolError('appoint', number);
  return number === 0 ? undefined : number;
}

/** Sets and reads parts; a number: the turn is not above this one, and nothing was done. */
export async function allotQuotas(
  target: ScriptTarget,
  turn: number,
  changes: readonly QuotaChange[],
): Promise<readonly QuotaState[] | number> {
  const args = changes.flatMap(({ queue, places = '', tokens = 0, spare = '' }) => [
    queue,
    places,
    tokens,
    spare,
  ]);
  const reply = await runScript(target, 'allot', [turn, ...args]);
  if (!Array.isArray(reply)) throw new ProtocolError('allot', reply);
  const [word, ...numbers] = reply as [string, ...number[]];
  if (word === 'STALE') return Number(numbers[0]);
  if (word !== 'OK' || numbers.length !== changes.length * NUMBERS) throw new ProtocolError('allot', reply);
  return changes.map((_, i) => {
    const [places = -1, held = 0, waiting = 0, tokens = 0, taken = 0, spare = 0] = numbers.slice(
      i * NUMBERS,
      (i + 1) * NUMBERS,
    );
    return { places: places < 0 ? undefined : places, held, waiting, tokens, taken, spare };
  });
}
