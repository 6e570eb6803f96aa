import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { chosenMutants } from './campaign.ts';
import { runFlowCampaign } from './flow-campaign.ts';
import { FLOW_MUTANTS } from './flow-mutants.ts';
import { mutate } from './mutants.ts';
import { newTally } from './tally.ts';
import { TimelessScripts } from './timeless-connection.ts';

const store = await sharedRedis();
const connection = new Connection(store.url, 'commands');
await connection.ready(5000);
afterAll(() => connection.close());

const isUsual = store.kind !== 'embedded' && testShardCount() === 1;

test.each(chosenMutants(FLOW_MUTANTS, isUsual, process.env))(
  'the model of tied jobs finds out when $name',
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
    const campaign = runFlowCampaign({
      runs: 320,
      seed: 1,
      lanes: 4,
      tally: newTally(),
      shrink: false,
      newPlace,
    });
    await expect(campaign).rejects.toThrow('Property failed');
  },
);
