import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { assertInLanes, campaignSeed, describeTally, runsOf } from './campaign.ts';
import { sequencesOf } from './commands.ts';
import { FLOW_STEPS } from './flow-commands.ts';
import { FlowSession } from './flow-session.ts';
import { settle } from './flow-settling.ts';
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
const MOST_COMMANDS = 72;
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
  'drop LOST',
  'release OK',
  'rescue DONE',
  'cancel OK',
  'requeue OK',
  'requeue LOCKED',
  'force OK',
  'purge some removed',
  'reopen some expired',
  'reopen some nextTimer',
  'expire some ended',
];

test(
  'whatever happens to tied jobs: limits hold, who waits is looked after, and in the end nothing is held',
  { timeout: 3 * 3_600_000 },
  async () => {
    const [tally, seed, startedAt] = [newTally(), campaignSeed(process.env), performance.now()];
    const property = fc.asyncProperty(sequencesOf(FLOW_STEPS, MOST_COMMANDS), async (steps) => {
      const namespace = store.namespace();
      const session = new FlowSession({ connection, scripts, namespace, shard: testShardCount() - 1 }, tally);
      await session.start();
      try {
        await fc.asyncModelRun(() => ({ model: { steps: 0 }, real: session }), steps);
        await settle(session);
      } finally {
        await session.end();
      }
    });
    const runs = runsOf(300, share, process.env);
    try {
      await assertInLanes(property, { runs, seed, lanes: 8, shrink: true });
    } finally {
      console.log(describeTally(tally, { seed, startedAt }));
    }
    if (share < 1) return;
    expect(tally.commands / tally.runs).toBeGreaterThanOrEqual(30);
    expect(MUST_BE_MET.filter((answer) => !tally.answers.has(answer))).toEqual([]);
  },
);
