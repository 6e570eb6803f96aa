/**
 * Job ids: a ULID (48 bits of time in ms, then 80 bits) whose last two characters carry the shard, 0 to 1023.
 * The id alone finds the job, and ids sort by the time they were made. Format: github.com/ulid/spec, Crockford's base 32.
 * Ours, and not a library's, because of the shard and because ids of one millisecond must rise cheaply.
 */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const PAIRS: readonly string[] = Array.from(
  { length: 1024 },
  (_, n) => DIGITS.charAt(n >> 5) + DIGITS.charAt(n & 31),
);

/** The most shards an installation can have: what two characters of an id can tell apart. */
export const MAX_SHARDS = 1024;

/** Where an id source gets time and chance from. */
export interface IdEntropy {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Fills the bytes with random values. */
  readonly randomBytes: (bytes: Uint8Array) => void;
}

/** What one millisecond's ids take: ten characters, and where their counter begins. */
const RANDOM_BYTES = 12;

const pair = (n: number): string => PAIRS[n & 1023] ?? '';

/** What ids begin with that are made at this instant, ms since 1970. */
export function idPrefix(ms: number): string {
  let time = '';
  for (let rest = ms, i = 0; i < 5; i++, rest = Math.floor(rest / 1024)) time = pair(rest % 1024) + time;
  return time;
}

/** Returns a function that makes ids for a shard. Ids of one source rise strictly, also within a millisecond. */
export function createIdSource({ now, randomBytes }: IdEntropy): (shard: number) => string {
  const pool = new Uint8Array(RANDOM_BYTES * 256);
  let used = pool.length;
  let lastMs = -1;
  let prefix = '';
  let counter = 0;

  function renew(ms: number): void {
    lastMs = ms;
    // Chance is fetched in stock: a call for it costs more than all the rest of an id.
    if (used === pool.length) {
      randomBytes(pool);
      used = 0;
    }
    const bytes = pool.subarray(used, (used += RANDOM_BYTES));
    const time = idPrefix(ms);
    let chance = '';
    for (let i = 0; i < 10; i += 2) chance += pair(((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
    prefix = time + chance;
    // Half of the range stays free above, so that the counter cannot overflow within a millisecond.
    counter = (((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0)) << 3;
  }

  return (shard) => {
    const ms = now();
    if (ms > lastMs) renew(ms);
    // A millisecond whose ids are used up borrows from the next one.
    else if (counter >= 1 << 20) renew(lastMs + 1);
    const n = counter++;
    return prefix + pair(n >> 10) + pair(n) + pair(shard);
  };
}

/** Whether a text has the form of a job id. */
export function isJobId(text: string): boolean {
  return PATTERN.test(text);
}

/** The shard that a job lives in. The id must have the right form. */
export function shardOf(id: string): number {
  return DIGITS.indexOf(id.charAt(24)) * 32 + DIGITS.indexOf(id.charAt(25));
}

/** The last one asked for: jobs that were made together are asked for together. */
let known = { prefix: '-', ms: 0 };

/** When an id was made, by its producer's clock: milliseconds since 1970. */
export function idTime(id: string): number {
  if (id.startsWith(known.prefix)) return known.ms;
  let ms = 0;
  for (let i = 0; i < 10; i++) ms = ms * 32 + DIGITS.indexOf(id.charAt(i));
  if (id.length >= 10) known = { prefix: id.slice(0, 10), ms };
  return ms;
}
