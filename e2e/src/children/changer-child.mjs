// A process that makes one change of a job, a recurring job or a queue, as its configuration says, and ends.
import { setTimeout as delay } from 'node:timers/promises';
import { Client, defineJob, RedisError } from '@linstock/core';
import { guardChild, letGo, openEvents } from './event-file.mjs';

const { client: options, of, method, id, args, file } = JSON.parse(process.argv[2] ?? '{}');
const tell = openEvents(file);
guardChild(tell);

const client = new Client(options);
const act = defineJob({ name: 'act' });

function change() {
  if (of === 'queue') return client.queue(id)[method](...args);
  if (of === 'client') return client[method](id, ...args.map(withDate));
  return client.recurring[method](id, ...(method === 'upsert' ? [act, ...args] : args));
}

/** JSON knows no dates. */
function withDate(arg) {
  return arg?.at === undefined ? (arg ?? undefined) : { ...arg, at: new Date(arg.at) };
}

await client.connect();
tell('ready', process.pid);
process.send?.('ready');
try {
  tell('changed', JSON.stringify(await change()) ?? '-');
} catch (error) {
  // Its connection was cut at the call at which it is killed: it does no more until then.
  if (error instanceof RedisError) await delay(60_000);
  tell('refused', error.code, error.message);
}
await client.close();
tell('stopped', 1);
letGo();
