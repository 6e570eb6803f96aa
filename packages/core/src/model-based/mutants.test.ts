import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { runCampaign } from './campaign.ts';
import { MUTANTS, mutate } from './mutants.ts';
import { newTally } from './session.ts';
import { TimelessScripts } from './timeless-connection.ts';

/** As many as the campaign with the real scripts has. */
const RUNS = 1000;
const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
await connection.ready(5000);
afterAll(() => connection.close());

test.each(MUTANTS)('the model finds that $name', { timeout: 120_000 }, async (mutant) => {
  const scripts = new TimelessScripts(mutate(mutant));
  const tally = newTally();
  const place = { connection, scripts, shard: testShardCount() - 1 };
  const campaign = runCampaign({
    runs: RUNS,
    seed: 1,
    lanes: 8,
    tally,
    shrink: false,
    newPlace: () => ({ ...place, namespace: store.namespace() }),
  });
  const reason: unknown = await campaign.catch((error: unknown) => error);
  console.log(mutant.name, tally.runs, String((reason as any)?.cause).slice(0, 200));
  expect(reason).toBeInstanceOf(Error);
});
