import type { Feature } from '../features.ts';
import type { RowName } from '../rows.ts';
import type { Scenario } from '../scenario.ts';
import { runScenario } from './run.ts';

const SLOTS = 100;

/** Jobs with a feature, enqueued in bulk and run: the row is their rate of running. */
function featureRun(row: RowName, feature: Feature): Scenario {
  return { ...runScenario({ row, slots: SLOTS, feature }), rows: [row], feature };
}

/** Jobs with a feature, enqueued in bulk and run: the row is their rate of enqueuing. */
function featureEnqueue(row: RowName, feature: Feature): Scenario {
  return {
    ...runScenario({ row, slots: SLOTS, feature }, ({ jobsPerS }) => ({ [row]: jobsPerS })),
    rows: [row],
    feature,
    dependsOnRetention: false,
  };
}

export const FEATURE_SCENARIOS: readonly Scenario[] = [
  featureRun('run-c100-keyed', 'keyed'),
  featureRun('run-c100-keyed-tight', 'keyed-tight'),
  featureRun('run-c100-groups', 'groups'),
  featureRun('run-c100-priorities', 'priorities'),
  featureRun('run-c100-rate', 'rate'),
  featureEnqueue('enqueue-unique', 'unique'),
  featureEnqueue('enqueue-batch', 'batch'),
  featureRun('run-c100-unique-started', 'unique-started'),
  featureRun('run-c100-continuations', 'continuations'),
  featureRun('run-c100-workflows', 'workflows'),
  featureRun('run-c100-debounce', 'debounce'),
  featureRun('run-c100-throttle', 'throttle'),
  featureRun('run-c100-deadline', 'deadline'),
  featureRun('run-c100-tags', 'tags'),
  featureRun('run-c100-compressed', 'compressed'),
  featureRun('run-c100-encrypted', 'encrypted'),
  featureRun('run-c100-middleware', 'middleware'),
];
