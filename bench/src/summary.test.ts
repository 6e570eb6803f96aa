import { expect, test } from 'vitest';

import type { Run } from './bench.ts';
import { runC100 } from './scenarios/run.ts';
import type { Contestant } from './session.ts';
import { summarize } from './summary.ts';

const OURS: Contestant = { peer: 'linstock', retention: 'default' };
const BULLMQ: Contestant = { peer: 'bullmq', retention: 'default' };
const BULLMQ_REMOVING: Contestant = { peer: 'bullmq', retention: 'remove' };

function runsOf(
  contestant: Contestant,
  row: 'run-c100' | 'redis-cpu-per-job',
  values: readonly number[],
): Run[] {
  const delivery = { expected: 1, lost: 0, duplicates: 0 };
  return values.map((value, round) => ({
    durability: 'none',
    round,
    scenario: runC100,
    contestant,
    outcome: { values: { [row]: value }, details: {}, delivery },
  }));
}

test('a row holds medians, and the spread of the ratios within each round', () => {
  const { rows } = summarize([
    ...runsOf(OURS, 'run-c100', [90, 100, 120]),
    ...runsOf(BULLMQ, 'run-c100', [10, 20, 15]),
  ]);
  expect(rows[0]).toMatchObject({ linstock: 100, bullmq: 15, bee: null, vsBullmq: 6.667, vsBee: null });
  expect(rows[0]?.spread).toMatchObject({
    linstock: [90, 120],
    bullmq: [10, 20],
    vsBullmq: [5, 9],
    bee: null,
  });
});

test('for a cost, lower is better', () => {
  const { rows } = summarize([
    ...runsOf(OURS, 'redis-cpu-per-job', [5]),
    ...runsOf(BULLMQ, 'redis-cpu-per-job', [40]),
  ]);
  expect(rows[0]).toMatchObject({ linstock: 5, bullmq: 40, vsBullmq: 8 });
});

test("a library's figure is the better of keeping and removing its finished jobs", () => {
  const throughput = [...runsOf(BULLMQ, 'run-c100', [10]), ...runsOf(BULLMQ_REMOVING, 'run-c100', [12])];
  const cost = [
    ...runsOf(BULLMQ, 'redis-cpu-per-job', [30]),
    ...runsOf(BULLMQ_REMOVING, 'redis-cpu-per-job', [40]),
  ];
  expect(summarize(throughput).rows[0]).toMatchObject({ bullmq: 12 });
  expect(summarize(cost).rows[0]).toMatchObject({ bullmq: 30 });
});
