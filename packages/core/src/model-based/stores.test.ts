import { sharedRedis, testShardCount } from '@linstock/test-kit/shared-redis';
import { afterAll, expect, test } from 'vitest';
import { Connection } from '../redis/connect.ts';
import { campaignSeed, describeTally, runCampaign, runsOf } from './campaign.ts';
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
const isFirst = share === 1;
const scripts = new TimelessScripts();

/** Answers that a thousand runs must have met, or the commands say nothing. */
const MUST_BE_MET: Readonly<Record<string, readonly string[]>> = {
  enqueue: ['OK', 'ALREADY', 'STALE', 'CODES', 'some existing'],
  schedule: ['OK', 'ALREADY', 'STALE', 'some existing'],
  claim: ['STALE', 'LEASE_LOST', 'some ids', 'some nextDue', 'some mustEmpty'],
  succeed: ['OK', 'ALREADY', 'LOST', 'GONE'],
  retry: ['OK', 'ALREADY', 'LOST', 'GONE'],
  defer: ['OK', 'ALREADY', 'LOST', 'GONE'],
  fail: ['OK', 'ALREADY', 'LOST', 'GONE'],
  release: ['OK', 'ALREADY', 'LOST', 'GONE'],
  quarantine: ['OK', 'LOST', 'GONE'],
  progress: ['OK', 'LOST'],
  reconcile: ['some moved', 'some lost', 'LEASE_LOST'],
  renew: ['some dead', 'LEASE_LOST'],
  unregister: ['OK', 'OPEN'],
  promote: ['some moved', 'some nextDue'],
  rescue: ['NONE', 'ALIVE', 'GRACE', 'MORE', 'some moved', 'poison'],
  cancel: ['OK', 'GONE', 'succeeded'],
  requeue: ['OK', 'GONE', 'enqueued', 'processing'],
  delete: ['OK', 'processing'],
  force: ['OK'],
  purge: ['some removed', 'some more'],
  pause: ['OK'],
  resume: ['OK'],
  watch: ['processing', 'succeeded'],
  trim: ['some removed'],
};

test(
  'whatever is called, in whatever order and however often, the stores do what the protocol says',
  { timeout: 3 * 3_600_000 },
  async () => {
    const [tally, seed, startedAt] = [newTally(), campaignSeed(process.env), performance.now()];
    const newPlace = () => ({
      connection,
      scripts,
      namespace: store.namespace(),
      shard: testShardCount() - 1,
    });
    try {
      await runCampaign({
        runs: runsOf(1000, share, process.env),
        seed,
        lanes: 8,
        tally,
        shrink: true,
        newPlace,
      });
    } finally {
      console.log(describeTally(tally, { seed, startedAt }));
    }
    // A small part of the runs proves nothing about their length and about what they met.
    if (!isFirst) return;
    expect(tally.commands / tally.runs).toBeGreaterThanOrEqual(30);
    const must = Object.entries(MUST_BE_MET).flatMap(([verb, words]) =>
      words.map((word) => `${verb} ${word}`),
    );
    expect(must.filter((answer) => !tally.answers.has(answer))).toEqual([]);
  },
);
