import type { JobTies } from './ties.ts';

/** The keys that tie a job to others, as its options gave them: whether it holds them now is not said. */
export interface JobKeys {
  /** Of `unique`; a hash of the input where none was given. */
  readonly unique: string | undefined;
  /** Of `key`: the idempotency key. */
  readonly key: string | undefined;
  /** Of `debounce`; a hash of the input where none was given. */
  readonly debounce: string | undefined;
  /** Of `throttle`; a hash of the input where none was given. */
  readonly throttle: string | undefined;
  /** Of `concurrency`, and of `group` where that has a limit: `group:` and its key. */
  readonly limits: readonly string[];
  /** Of `rateLimit`. */
  readonly rates: readonly string[];
  /** Of `group`. */
  readonly group: string | undefined;
}

/** The letters before locks; a lock for a time has one of its own. */
const LOCKS = { unique: ['u', 'w'], key: ['k'], debounce: ['d'], throttle: ['t'] } as const;

/** What ties a job of this name by keys. Pure. */
export function keysOf(name: string, ties: JobTies | undefined): JobKeys {
  const locks = firsts(ties?.locks);
  const held = (kind: keyof typeof LOCKS): string | undefined => {
    const lock = locks.find((text) => LOCKS[kind].some((letter) => text.startsWith(`${letter}:`)))?.slice(2);
    return lock?.startsWith(`${name}:`) === true ? lock.slice(name.length + 1) : lock;
  };
  return {
    unique: held('unique'),
    key: held('key'),
    debounce: held('debounce'),
    throttle: held('throttle'),
    limits: firsts(ties?.limits),
    rates: firsts(ties?.rates),
    group: firsts([ties?.group])[0],
  };
}

/** The texts that entries of a header begin with: whoever writes to Redis may have put anything there. */
function firsts(entries: unknown): readonly string[] {
  if (!Array.isArray(entries)) return [];
  const found = entries.map((entry: unknown) => (Array.isArray(entry) ? (entry as unknown[])[0] : undefined));
  return found.filter((text) => typeof text === 'string');
}

/** 128 bits in base64url, as keys that are a hash of the input are written. */
const HASH = /^[\w-]{22}$/;

/** Whether a key may be the hash of an input. */
export function looksLikeHash(key: string): boolean {
  return HASH.test(key);
}

/**
 * The same without hashes of inputs, for whoever must not see all of an input: who knows what it may be could try which one it
 * is. A key of somebody's own that looks like one is left out too.
 */
export function withoutHashes(keys: JobKeys, instead: string): JobKeys {
  const shown = (key: string | undefined): string | undefined =>
    key !== undefined && looksLikeHash(key) ? instead : key;
  return {
    ...keys,
    unique: shown(keys.unique),
    debounce: shown(keys.debounce),
    throttle: shown(keys.throttle),
  };
}
