import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuotaWorld } from '../testing/quota-world.ts';
import { Steward } from './steward.ts';

const SHARDS = 4;
const shard = fc.nat(SHARDS - 1);
const limits = fc.record({ limit: fc.integer({ min: 1, max: 12 }) });
const rates = fc.record({
  rate: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constant(1000), fc.integer({ min: 1, max: 30 })),
});
/** What happens beside the stewards. */
const acts = fc.array(
  fc.record({
    kind: fc.constantFrom('enqueue', 'claim', 'claim', 'claim', 'end', 'end', 'fill'),
    shard,
    count: fc.integer({ min: 1, max: 10 }),
  }),
  { minLength: 20, maxLength: 200 },
);
type Act = typeof acts extends fc.Arbitrary<(infer T)[]> ? T : never;

function act(world: QuotaWorld, { kind, shard: at, count }: Act): void {
  if (kind === 'enqueue') world.enqueue(at, count);
  else if (kind === 'claim') world.claim(at);
  else if (kind === 'end') world.end(at);
  else world.fill(count);
}

/** Three stewards at one time, whose calls are late, and the rest of the world, as chance orders it. Returns the highest measure. */
async function turmoil(
  { world, measure }: { readonly world: QuotaWorld; readonly measure: () => number },
  s: fc.Scheduler,
  happens: readonly Act[],
): Promise<number> {
  let most = 0;
  const stewards = ['a', 'b', 'c'].map(
    (name) =>
      new Steward(
        world.shards(() => s.schedule(Promise.resolve())),
        () => name,
      ),
  );
  const rounds = stewards.map(async (steward) => {
    for (let i = 0; i < 4; i++) await steward.round();
  });
  const rest = s.scheduleSequence(
    happens.map((one) => ({
      label: one.kind,
      builder: () => {
        act(world, one);
        most = Math.max(most, measure());
        return Promise.resolve();
      },
    })),
  );
  await s.waitFor(Promise.all([...rounds, rest.task]));
  return most;
}

/** One steward on its own, while everything that may run does. Returns after how many rounds nothing waits. */
async function settle(world: QuotaWorld, most: number): Promise<number> {
  const steward = new Steward(
    world.shards(() => Promise.resolve()),
    () => 'last',
  );
  for (let round = 0; round < most; round++) {
    for (let i = 0; i < SHARDS; i++) {
      world.claim(i);
      for (let n = 0; n < 20; n++) world.end(i);
    }
    world.fill(30);
    if (world.waiting === 0) return round;
    await steward.round();
  }
  return most;
}

describe('stewards that know nothing of each other, with late calls', () => {
  test('never let more jobs run than a queue may, and all run in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), limits, acts, async (s, settings, happens) => {
        const world = new QuotaWorld(SHARDS, settings);
        expect(await turmoil({ world, measure: () => world.running }, s, happens)).toBeLessThanOrEqual(
          settings.limit,
        );
        expect(await settle(world, 2000)).toBeLessThan(2000);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  test('never let more jobs start than a rate allows, and all start in the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), rates, acts, async (s, settings, happens) => {
        const world = new QuotaWorld(SHARDS, settings);
        expect(
          await turmoil({ world, measure: () => world.started - world.allowed }, s, happens),
        ).toBeLessThanOrEqual(0);
        expect(await settle(world, 2000)).toBeLessThan(2000);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });
});

describe('a steward', () => {
  test('gives a shard its part within two rounds, and gives it back when nothing waits there', async () => {
    const world = new QuotaWorld(SHARDS, { limit: 10 });
    const guest = (world.home + 1) % SHARDS;
    const steward = new Steward(
      world.shards(() => Promise.resolve()),
      () => 'it',
    );
    world.enqueue(guest, 30);
    world.enqueue(world.home, 10);
    await steward.round();
    world.claim(world.home);
    world.claim(guest);
    // 30 of 40 jobs wait there; each busy shard has one place, and the rest goes by numbers.
    expect(world.running).toBe(10);
    for (let i = 0; i < 10; i++) {
      for (let n = 0; n < 10; n++) world.end(guest);
      world.claim(guest);
    }
    await steward.round();
    for (let i = 0; i < 10; i++) world.end(world.home);
    world.enqueue(world.home, 10);
    await steward.round();
    world.claim(world.home);
    expect(world.running).toBe(10);
  });
});
