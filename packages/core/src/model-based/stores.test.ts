import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { runCampaign } from './campaign.ts';
import { newTally } from './session.ts';
import { TimelessScripts } from './timeless-connection.ts';

const RUNS = Number(process.env['LINSTOCK_MODEL_RUNS'] ?? 1000);
const seed = Number(process.env['LINSTOCK_MODEL_SEED'] ?? Date.now() % 1e9);
const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
await connection.ready(5000);
afterAll(() => connection.close());

test('model', { timeout: 900_000 }, async () => {
  const tally = newTally();
  const startedAt = performance.now();
  try {
    await runCampaign({
      runs: RUNS,
      seed,
      lanes: 8,
      tally,
      shrink: true,
      newPlace: () => ({
        connection,
        scripts: new TimelessScripts(),
        namespace: store.namespace(),
        shard: testShardCount() - 1,
      }),
    });
  } finally {
    console.log(tally, ((performance.now() - startedAt) / 1000).toFixed(1), 's seed', seed);
  }
  expect(tally.commands / tally.runs).toBeGreaterThanOrEqual(30);
});
