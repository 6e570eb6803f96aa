// A process that enqueues what its configuration lists, some at a time, and tells what became of each.
import { Client, defineJob } from '@linstock/core';
import { guardChild, letGo, openEvents } from './event-file.mjs';

const config = JSON.parse(process.argv[2] ?? '{}');
const tell = openEvents(config.file);
guardChild(tell);

const client = new Client(config.client);
const job = defineJob({ name: config.job, ...config.options });
let left = config.jobs;
let turn = 0;

async function one(number) {
  const input = config.inputs[number % config.inputs.length];
  const begun = performance.now();
  try {
    const { in: wait, ...rest } = input;
    const handle =
      wait === undefined ? await client.enqueue(job, rest) : await client.schedule(job, rest, { in: wait });
    tell('ack', handle.id, Math.round(performance.now() - begun));
  } catch (error) {
    if (error.code === 'ENQUEUE_UNCERTAIN') for (const id of error.fields.ids) tell('uncertain', id);
    tell('refused', error.code, Math.round(performance.now() - begun));
    if (config.repeat === true) left++;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

process.on('message', (message) => {
  if (message === 'finish') left = 0;
});
await client.connect();
tell('ready', process.pid);
process.send?.('ready');
while (left > 0) {
  const some = Math.min(config.batch, left);
  left -= some;
  await Promise.all(Array.from({ length: some }, () => one(turn++)));
  if (config.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, config.pauseMs));
}
await client.close();
tell('stopped', turn);
letGo();
