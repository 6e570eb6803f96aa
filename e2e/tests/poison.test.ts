import { startRedis } from '@linstock/test-kit/redis';
import { expect, test } from 'vitest';
import { print, sized, TEST_MS } from '../src/campaign.ts';
import { disposable } from '../src/disposable.ts';
import { Stage } from '../src/stage.ts';

/** Two rescues make a suspect, three are blamed on it, and it fails at the one after. */
const CRASHES_MOST = 6;
const WAYS = (['kill', 'abort', 'exit'] as const).slice(0, sized(1, 3));

test.each(WAYS)(
  'a job that ends its process (%s) fails as poison; no innocent does',
  { timeout: TEST_MS },
  async (die) => {
    await using redis = disposable(await startRedis());
    await using stage = new Stage(redis.url);
    const over = new AbortController();
    let crashes = 0;
    const keepAlive = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const child = stage.start({ concurrency: 25, leaseMs: 1000 });
        await child.exited;
        // On purpose: the audit need not wonder.
        child.killedAtNs = process.hrtime.bigint();
        crashes++;
      }
    };
    const innocents = Array.from({ length: 49 }, (_, i) => ({ ms: 100 + 10 * i }));
    const ids = await stage.enqueueMany([...innocents.slice(0, 20), { die }, ...innocents.slice(20)]);
    const [first, second] = [keepAlive(), keepAlive()];
    await stage.drained(60_000);
    over.abort();
    const poison = await stage.monitor.job(ids[20] ?? '');
    const { problems, counts } = await stage.audit({ mostExtraStarts: 50 * CRASHES_MOST });
    const starts = stage.sightings().runsOf.get(ids[20] ?? '')?.length ?? 0;
    print(`poison by ${die}`, { crashes, poisonStarts: starts, ...counts });
    expect(problems).toEqual([]);
    expect([counts['succeeded'], counts['failed']]).toEqual([49, 1]);
    expect(poison).toMatchObject({
      state: 'failed',
      history: expect.arrayContaining([
        expect.objectContaining({
          what: 'rescued',
          detail: expect.objectContaining({ reason: 'poison' }) as unknown,
        }),
      ]) as unknown,
    });
    expect(starts).toBeLessThanOrEqual(CRASHES_MOST);
    await stage.close();
    await Promise.all([first, second]);
  },
);
