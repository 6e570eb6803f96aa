import { expect, test } from 'vitest';

import type { Run } from './bench.ts';
import { featureCostTable } from './feature-costs.ts';
import type { Scenario } from './scenario.ts';
import { FEATURE_SCENARIOS } from './scenarios/features.ts';
import { runC100 } from './scenarios/run.ts';

const DELIVERY = { expected: 1, lost: 0, duplicates: 0 };

function runsOf(scenario: Scenario, rates: readonly number[]): Run[] {
  return rates.map((rate, round) => ({
    durability: 'none',
    round,
    scenario,
    contestant: { peer: 'linstock', retention: 'default' },
    outcome: {
      values: {},
      details: { 'run jobs/s': rate, 'enqueue jobs/s': rate, 'Redis µs/job': 7 },
      delivery: DELIVERY,
    },
  }));
}

const [keyed = runC100] = FEATURE_SCENARIOS;

test('a feature stands beside plain jobs of the same round', () => {
  const table = featureCostTable([...runsOf(runC100, [100, 400]), ...runsOf(keyed, [50, 100])]);
  const [, , plain, featured] = table?.split('\n') ?? [];
  expect(plain).toMatch(/^run-c100 .*1\.00 \(1\.00…1\.00\)/);
  expect(featured).toMatch(/^run-c100-keyed .*75\.0 +0\.38 \(0\.25…0\.50\)/);
});

test('a feature that was measured without plain jobs has no share of them', () => {
  expect(featureCostTable(runsOf(keyed, [50]))).toMatch(/50\.0 +– +50\.0 +– /);
});

test('there is no table when no feature was measured', () => {
  expect(featureCostTable(runsOf(runC100, [100]))).toBeUndefined();
});
