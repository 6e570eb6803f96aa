import { getRandomValues } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIdSource, idTime, isJobId, MAX_SHARDS, shardOf } from './job-id.ts';

const LAST_MS = 2 ** 48 - 1;
const instant = fc.integer({ min: 0, max: LAST_MS });
const shard = fc.integer({ min: 0, max: MAX_SHARDS - 1 });
const chance = fc.uint8Array({ minLength: 12, maxLength: 12 });

function source(now: () => number, bytes: Uint8Array = new Uint8Array(12)): (shard: number) => string {
  return createIdSource({ now, randomBytes: (target) => target.set(bytes) });
}

test('an id has the form of a ULID: 26 characters of Crockford base 32, the first at most 7', () => {
  fc.assert(
    fc.property(instant, shard, chance, (ms, n, bytes) => {
      const id = source(() => ms, bytes)(n);
      expect(id).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
      expect(isJobId(id)).toBe(true);
    }),
  );
});

test('an id tells its shard and when it was made', () => {
  fc.assert(
    fc.property(instant, shard, chance, (ms, n, bytes) => {
      const id = source(() => ms, bytes)(n);
      expect([idTime(id), shardOf(id)]).toEqual([ms, n]);
    }),
  );
});

test('ids sort as text by the time they were made', () => {
  fc.assert(
    fc.property(fc.tuple(instant, instant), fc.tuple(chance, chance), ([a, b], [first, second]) => {
      fc.pre(a < b);
      expect(source(() => a, first)(MAX_SHARDS - 1) < source(() => b, second)(0)).toBe(true);
    }),
  );
});

describe('ids of one source rise', () => {
  test('within a millisecond, whatever the random start', () => {
    fc.assert(
      fc.property(chance, fc.integer({ min: 2, max: 3000 }), (bytes, count) => {
        const next = source(() => 1_700_000_000_000, bytes);
        const ids = Array.from({ length: count }, () => next(5));
        expect(new Set(ids).size).toBe(count);
        expect(ids.toSorted()).toEqual(ids);
      }),
      { numRuns: 30 },
    );
  });

  test('while the clock goes back', () => {
    let ms = 2_000_000;
    const next = source(() => ms);
    const ids = [];
    for (; ms > 1_999_000; ms -= 100) ids.push(next(0));
    expect(ids.toSorted()).toEqual(ids);
  });

  test('when the ids of a millisecond are used up', () => {
    const next = createIdSource({ now: () => 1, randomBytes: (bytes) => getRandomValues(bytes) });
    // The counter starts below 2^19 and ends at 2^20.
    const ids = Array.from({ length: 1 << 20 }, () => next(0));
    expect(idTime(ids.at(-1) ?? '')).toBeGreaterThan(1);
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? ''))).toBe(true);
  });
});

describe('what is no job id', () => {
  const good = source(() => 1)(0);
  test.each([
    '',
    good.slice(1),
    `${good}0`,
    good.toLowerCase().replace(/^./, 'a'),
    `8${good.slice(1)}`,
    `${good.slice(0, 25)}I`,
    `${good.slice(0, 25)}U`,
    `${good}\n`,
    '__proto__',
  ])('%j', (text) => expect(isJobId(text)).toBe(false));
});
