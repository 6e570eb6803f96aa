import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, describe, expect, test } from 'vitest';
import { EVE } from '../testing/cast.ts';
import { Shards } from '../testing/shards.ts';
import type { TestShard } from '../testing/test-shard.ts';
import type { StoredAlert } from './alert-records.ts';

const redis = await sharedRedis();
const shards = new Shards(redis, testShardCount());
afterAll(() => shards.close());

const EVERY_MS = 10_000;
const HELD_MS = 60_000;
const RULE: StoredAlert = { name: 'Many', kind: 'backlog', count: 5, forMs: 0, enabled: true };

/** Somebody who looks by a stopped clock. */
class Watch {
  readonly shard: TestShard;
  readonly told: string[] = [];

  private constructor(shard: TestShard) {
    this.shard = shard;
  }

  static async begin(rule: Partial<StoredAlert> = {}): Promise<Watch> {
    const shard = await shards.next();
    await shard.alerts.arrange({ id: 'x', verb: 'define', rule: { ...RULE, ...rule } }, EVE);
    return new Watch(shard);
  }

  /** The next look, `ms` after the last one; keeps what somebody is to be told. */
  async look(value: number, ms = EVERY_MS): Promise<void> {
    const { clock, alerts } = this.shard;
    clock.advance(ms);
    const { turn } = await alerts.survey(EVERY_MS, HELD_MS);
    const [alert] = await alerts.list();
    const found = { value, isOver: value > 5, about: 'mail' };
    const events = await alerts.judge(turn, HELD_MS, [{ id: 'x', version: alert?.version ?? 0, ...found }]);
    if (events === 'STALE') return;
    for (const { what } of await alerts.find(events)) this.told.push(what);
  }

  async isFiring(): Promise<boolean> {
    return (await this.shard.alerts.list())[0]?.isFiring ?? false;
  }
}

describe('an alert', () => {
  test('fires in the second look that is over its limit, once, and is resolved in the second that is not', async () => {
    const watch = await Watch.begin();
    const seen: number[] = [];
    for (const value of [6, 7, 8, 2, 3, 3]) {
      await watch.look(value);
      seen.push(watch.told.length);
    }
    expect(watch.told).toEqual(['fired', 'resolved']);
    expect(seen).toEqual([0, 1, 1, 1, 2, 2]);
  });

  test('says since when', async () => {
    const watch = await Watch.begin();
    await watch.look(6);
    const first = watch.shard.clock.nowMs;
    await watch.look(6);
    expect((await watch.shard.alerts.list())[0]).toMatchObject({ isFiring: true, since: first, value: 6 });
  });

  test('that flaps does not fire', async () => {
    const watch = await Watch.begin();
    for (const value of [6, 2, 6, 2, 6, 2]) await watch.look(value);
    expect(watch.told).toEqual([]);
  });

  test('that fires and flaps is not resolved', async () => {
    const watch = await Watch.begin();
    for (const value of [6, 6, 2, 6, 2, 6]) await watch.look(value);
    expect(watch.told).toEqual(['fired']);
  });

  test('fires when it has held as long as it must', async () => {
    const watch = await Watch.begin({ forMs: 30_000 });
    for (const value of [6, 6, 6]) await watch.look(value);
    expect(watch.told).toEqual([]);
    await watch.look(6);
    expect(watch.told).toEqual(['fired']);
  });

  test('does not fire because of what was seen before nobody looked for a while', async () => {
    const watch = await Watch.begin({ forMs: 30_000 });
    await watch.look(6);
    await watch.look(6, 3_600_000);
    expect(watch.told).toEqual([]);
  });

  test('that is silent fires, tells nobody, and tells when the silence is over', async () => {
    const watch = await Watch.begin();
    await watch.shard.alerts.arrange({ id: 'x', verb: 'silence', ms: 25_000 }, EVE);
    await watch.look(6);
    await watch.look(6);
    expect([await watch.isFiring(), watch.told]).toEqual([true, []]);
    await watch.look(6);
    expect(watch.told).toEqual(['fired']);
  });

  test('that is silent tells of its end to those who were told that it fires, and to nobody else', async () => {
    const watch = await Watch.begin();
    const silence = { id: 'x', verb: 'silence', ms: 3_600_000 } as const;
    await watch.look(6);
    await watch.look(6);
    await watch.shard.alerts.arrange(silence, EVE);
    for (const value of [2, 2]) await watch.look(value);
    expect(watch.told).toEqual(['fired', 'resolved']);
    for (const value of [6, 6, 2, 2]) await watch.look(value);
    expect(watch.told).toEqual(['fired', 'resolved']);
  });

  test('that fires and is removed is resolved, for whoever looks next to tell', async () => {
    const watch = await Watch.begin();
    for (const value of [6, 6]) await watch.look(value);
    await watch.shard.alerts.arrange({ id: 'x', verb: 'remove' }, EVE);
    watch.shard.clock.advance(EVERY_MS);
    const { events } = await watch.shard.alerts.survey(EVERY_MS, HELD_MS);
    // Whoever was told that it fires still has that event.
    expect((await watch.shard.alerts.find(events)).map(({ what }) => what)).toEqual(['resolved']);
    expect(await watch.shard.alerts.list()).toEqual([]);
  });

  test('that was changed meanwhile takes nothing of a look at what it was', async () => {
    const watch = await Watch.begin();
    await watch.look(6);
    const { alerts, clock } = watch.shard;
    clock.advance(EVERY_MS);
    const { turn } = await alerts.survey(EVERY_MS, HELD_MS);
    await alerts.arrange({ id: 'x', verb: 'change', rule: { ...RULE, count: 50 }, version: 1 }, EVE);
    const old = { id: 'x', version: 1, isOver: true, value: 6, about: '' };
    expect(await alerts.judge(turn, HELD_MS, [old])).toEqual([]);
    expect(await watch.isFiring()).toBe(false);
  });
});

describe('of several that look', () => {
  test('one has the turn, and only what it found counts', async () => {
    const { shard } = await Watch.begin();
    const { turn } = await shard.alerts.survey(EVERY_MS, HELD_MS);
    expect((await shard.alerts.survey(EVERY_MS, HELD_MS)).turn).toBe(0);
    shard.clock.advance(EVERY_MS);
    const next = await shard.alerts.survey(EVERY_MS, HELD_MS);
    expect(next.turn).toBe(turn + 1);
    expect(await shard.alerts.judge(turn, HELD_MS, [])).toBe('STALE');
    expect(await shard.alerts.judge(next.turn, HELD_MS, [])).toEqual([]);
  });

  test('an event goes to another when its teller says nothing for a while', async () => {
    const watch = await Watch.begin();
    for (const value of [6, 6]) await watch.look(value);
    const { alerts, clock } = watch.shard;
    expect((await alerts.survey(EVERY_MS, HELD_MS)).events).toEqual([]);
    clock.advance(HELD_MS);
    const { events } = await alerts.survey(EVERY_MS, HELD_MS);
    expect(events).toHaveLength(1);
    await alerts.report(events[0] ?? '', { channel: 'ops', result: '{"ok":true}', isLast: true });
    clock.advance(HELD_MS);
    expect((await alerts.survey(EVERY_MS, HELD_MS)).events).toEqual([]);
  });

  test('one that cannot tell leaves it to one that can', async () => {
    const { shard } = await Watch.begin();
    const { alerts, clock } = shard;
    const over = { id: 'x', version: 1, isOver: true, value: 6, about: '' };
    for (let i = 0; i < 2; i++) {
      clock.advance(EVERY_MS);
      const { turn } = await alerts.survey(EVERY_MS, 0);
      expect(await alerts.judge(turn, 0, [over])).toEqual([]);
    }
    expect((await alerts.survey(EVERY_MS, 0)).events).toEqual([]);
    expect((await alerts.survey(EVERY_MS, HELD_MS)).events).toHaveLength(1);
  });

  test('nobody tells what is a quarter of an hour old', async () => {
    const watch = await Watch.begin();
    for (const value of [6, 6]) await watch.look(value);
    watch.shard.clock.advance(900_001);
    expect((await watch.shard.alerts.survey(EVERY_MS, HELD_MS)).events).toEqual([]);
  });
});

describe('bounds', () => {
  test('there are at most 100 alerts', async () => {
    const shard = await shards.next();
    const define = (id: string): Promise<unknown> =>
      shard.alerts.arrange({ id, verb: 'define', rule: RULE }, EVE);
    for (let n = 0; n < 100; n++) await define(`a${n}`);
    expect(await define('one more')).toBe('FULL');
    expect(await shard.alerts.list()).toHaveLength(100);
  });

  test('500 events are kept, and nothing of those before them', async () => {
    const shard = await shards.next();
    await shard.alerts.arrange({ id: 'x', verb: 'define', rule: RULE }, EVE);
    const tried = { id: '', verb: 'test', rule: RULE, ms: HELD_MS } as const;
    for (let n = 0; n < 510; n++) await shard.alerts.arrange(tried, EVE);
    expect(await shard.alerts.events(1000)).toHaveLength(500);
    const keys = await shard.redis.keys(`${shard.prefix}alarm:*`);
    const waiting = await shard.redis.zcard(`${shard.prefix}undelivered`);
    expect([keys.length, waiting]).toEqual([500, 500]);
  });
});
