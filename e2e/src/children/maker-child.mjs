// A process that makes batches, cancels some of them, and changes many jobs at once; one after the other, until it is killed.
import { setTimeout as delay } from 'node:timers/promises';
import { Client, defineJob, RedisError } from '@linstock/core';
import { guardChild, letGo, openEvents } from './event-file.mjs';

const config = JSON.parse(process.argv[2] ?? '{}');
const tell = openEvents(config.file);
guardChild(tell);

const client = new Client(config.client);
const act = defineJob({ name: 'act' });
const inputs = (count) => Array.from({ length: count }, (_, n) => ({ ms: n % 4 }));

function makeBatch(key) {
  return client.batch(
    async (batch) => {
      await batch.enqueueMany(act, inputs(config.members));
      await batch.enqueueMany(act, inputs(12), { concurrency: { key, limit: 2 } });
      await batch.batch((inner) => inner.enqueueMany(act, inputs(20)));
      await batch.onEnd(act, { ms: 1 }, { on: 'succeeded' });
      await batch.onEnd(act, { ms: 1 }, { on: 'finished' });
    },
    { key },
  );
}

/** Nobody serves this queue: an operation ends its jobs. */
async function changeMany() {
  await client.enqueueMany(act, inputs(config.members), { queue: 'nowhere' });
  await client.bulk({ verb: 'cancel', filter: { state: 'enqueued', queue: 'nowhere' } });
}

process.on('message', (message) => {
  if (message === 'finish') config.rounds = 0;
});
await client.connect();
tell('ready', process.pid);
process.send?.('ready');
try {
  for (let round = 0; round < config.rounds; round++) {
    const { id } = await makeBatch(`{${config.name}-${round}}`);
    if (round % 2 === 1) await client.batches.cancel(id);
    await changeMany();
  }
} catch (error) {
  // Its connection was cut at the call at which it is killed: it does no more until then.
  if (!(error instanceof RedisError)) throw error;
  await delay(60_000);
}
await client.close();
tell('stopped', config.rounds);
letGo();
