import type { QueueView } from '@linstock/core';
import { expect, test } from 'vitest';
import { FlowMeter } from './flow.ts';

const queue = (name: string, enqueued: number, taken: number): QueueView => ({
  name,
  enqueued,
  taken,
  byPriority: { critical: 0, high: 0, normal: enqueued, low: 0 },
  suspects: 0,
  blocked: 0,
  entries: enqueued,
  paused: undefined,
});

test('what was taken, and what waits more than before, has come in', () => {
  const meter = new FlowMeter();
  expect(meter.look([queue('mail', 100, 1000)], 0)).toBeUndefined();
  const flows = meter.look([queue('mail', 160, 1040)], 10_000);
  expect(flows?.get('mail')).toEqual({ in: 10, out: 4 });
});

test('a queue that empties has nothing coming in, and one that was purged nothing negative', () => {
  const meter = new FlowMeter();
  meter.look([queue('mail', 100, 0), queue('news', 5000, 0)], 0);
  const flows = meter.look([queue('mail', 60, 40), queue('news', 0, 0)], 10_000);
  expect(flows?.get('mail')).toEqual({ in: 0, out: 4 });
  expect(flows?.get('news')).toEqual({ in: 0, out: 0 });
});

test('a new queue begins with nothing', () => {
  const meter = new FlowMeter();
  meter.look([], 0);
  expect(meter.look([queue('mail', 20, 10)], 10_000)?.get('mail')).toEqual({ in: 3, out: 1 });
});

test('rates are those of the last minute, and nothing is known after a pause', () => {
  const meter = new FlowMeter();
  for (let second = 0; second <= 120; second++)
    meter.look([queue('mail', 0, second < 60 ? 0 : second - 60)], second * 1000);
  const flows = meter.look([queue('mail', 0, 60)], 120_000);
  expect(flows?.get('mail')?.out).toBeCloseTo(1, 1);
  expect(meter.look([queue('mail', 0, 600)], 600_000)).toBeUndefined();
  expect(meter.look([queue('mail', 0, 610)], 605_000)?.get('mail')).toEqual({ in: 2, out: 2 });
});

test('of less than a second no rate is told', () => {
  const meter = new FlowMeter();
  meter.look([queue('mail', 0, 0)], 0);
  expect(meter.look([queue('mail', 1, 0)], 900)).toBeUndefined();
});

test('a clock that was set back begins anew', () => {
  const meter = new FlowMeter();
  meter.look([queue('mail', 0, 0)], 100_000);
  expect(meter.look([queue('mail', 0, 10)], 50_000)).toBeUndefined();
  expect(meter.look([queue('mail', 0, 20)], 60_000)?.get('mail')).toEqual({ in: 1, out: 1 });
});
