import { once } from 'node:events';
import { eventually } from '@linstock/test-kit/eventually';
import { startRedis } from '@linstock/test-kit/redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { campaignSeed, describeTally, runCampaign, runsOf } from './campaign.ts';
import { newTally } from './tally.ts';
import { TimelessScripts } from './timeless-connection.ts';

const server = await startRedis({ appendonly: 'always' });
const connection = new Connection(server.url, 'commands');
await connection.ready(5000);
afterAll(async () => {
  connection.close();
  await server.stop();
});

let restarts = 0;
let runs = 0;

/** Killed, or ended in good order; the connection comes back by itself. */
async function restart(): Promise<void> {
  const closed = once(connection.redis, 'close');
  if (++restarts % 2 === 0) await server.kill();
  await server.restart();
  await closed;
  await eventually(() => connection.redis.ping());
}

test(
  'a server that is restarted or killed, and writes all to disk, goes on where it was',
  { timeout: 3 * 3_600_000 },
  async () => {
    const [tally, seed, startedAt] = [newTally(), campaignSeed(process.env), performance.now()];
    const scripts = new TimelessScripts();
    const newPlace = () => ({ connection, scripts, restart, namespace: `restart${runs++}`, shard: 0 });
    const weights = { 'restart Redis': 8 };
    try {
      await runCampaign({
        runs: runsOf(10, 1, process.env),
        seed,
        lanes: 1,
        tally,
        shrink: true,
        weights,
        newPlace,
      });
    } finally {
      console.log(`${restarts} restarts; ${describeTally(tally, { seed, startedAt })}`);
    }
    expect(restarts).toBeGreaterThan(0);
  },
);
