import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { chosenMutants, runCampaign } from './campaign.ts';
import { MUTANTS, mutate } from './mutants.ts';
import { newTally } from './tally.ts';
import { TimelessScripts } from './timeless-connection.ts';

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
await connection.ready(5000);
afterAll(() => connection.close());

const isUsual = store.kind !== 'embedded' && testShardCount() === 1;

test.each(chosenMutants(MUTANTS, isUsual, process.env))(
  'the model finds out when $name',
  { timeout: 300_000 },
  async (mutant) => {
    const scripts = new TimelessScripts(mutate(mutant));
    const newPlace = () => ({
      connection,
      scripts,
      namespace: store.namespace(),
      shard: testShardCount() - 1,
    });
    // As many runs as the real scripts have.
    const campaign = runCampaign({
      runs: 1000,
      seed: 1,
      lanes: 4,
      tally: newTally(),
      shrink: false,
      newPlace,
    });
    await expect(campaign).rejects.toThrow('Property failed');
  },
);
