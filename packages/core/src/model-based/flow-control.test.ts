import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { campaignSeed, describeTally, runsOf } from './campaign.ts';
import { runFlowCampaign } from './flow-campaign.ts';
import { newTally } from './tally.ts';
import { TimelessScripts } from './timeless-connection.ts';

/*
 * LINSTOCK_MODEL_SEED=<seed> repeats a failure, LINSTOCK_CAMPAIGN=1 runs fifty times as much.
 */

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
await connection.ready(5000);
afterAll(() => connection.close());

/** Later passes of the tests run less; the embedded store is slow. */
const share = (store.kind === 'embedded' ? 0.02 : 1) * (testShardCount() > 1 ? 0.1 : 1);
const scripts = new TimelessScripts();

/** Answers that the runs must have met, or they say nothing. */
const MUST_BE_MET: readonly string[] = [
  'admit OK',
  'admit ALREADY',
  'admit existing',
  'admit replaced',
  'claim OK',
  'succeed OK',
  'drop OK',
  'release OK',
  'rescue DONE',
  'cancel OK',
  'requeue OK',
  'force OK',
  'move OK',
  'reschedule OK',
  'hasten OK',
  'configure OK',
  'pause OK',
  'resume OK',
  'purge some removed',
  'reopen deadline',
  'expire some ended',
];

test(
  'whatever happens to tied jobs: limits hold, who waits is looked after, and in the end nothing is held',
  { timeout: 3 * 3_600_000 },
  async () => {
    const [tally, seed, startedAt] = [newTally(), campaignSeed(process.env), performance.now()];
    const newPlace = () => ({
      connection,
      scripts,
      namespace: store.namespace(),
      shard: testShardCount() - 1,
    });
    const runs = runsOf(320, share, process.env);
    try {
      await runFlowCampaign({ runs, seed, lanes: 8, shrink: true, tally, newPlace });
    } finally {
      console.log(describeTally(tally, { seed, startedAt }));
    }
    if (share < 1) return;
    expect(tally.commands / tally.runs).toBeGreaterThanOrEqual(30);
    expect(MUST_BE_MET.filter((answer) => !tally.answers.has(answer))).toEqual([]);
  },
);
