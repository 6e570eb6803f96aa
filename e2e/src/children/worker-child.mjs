// A process with one or more workers, as a user would run it: SIGTERM stops, a second one stops now.
import { appendFileSync } from 'node:fs';
import { defineJob } from '@linstock/core';
import { Worker } from '@linstock/worker';
import { createAct } from './acts.mjs';
import { guardChild, letGo, openEvents } from './event-file.mjs';

const config = JSON.parse(process.argv[2] ?? '{}');
const tell = openEvents(config.file);
guardChild(tell);

function createLog(bindings) {
  const write = (level) => (fields, message) => {
    const err = fields.err instanceof Error ? { err: `${fields.err.code ?? ''} ${fields.err.stack}` } : {};
    appendFileSync(
      `${config.file}.log`,
      `${JSON.stringify({ level, at: Date.now(), message, ...bindings, ...fields, ...err })}\n`,
    );
  };
  return {
    child: (more) => createLog({ ...bindings, ...more }),
    debug() {},
    info() {},
    warn: write('warn'),
    error: write('error'),
  };
}

function createWorker() {
  const worker = new Worker({ ...config.worker, log: createLog({}) });
  for (const name of config.jobs) worker.handle(defineJob({ name }), createAct(tell));
  worker.events.on('succeeded', ({ id }) => tell('accepted', id));
  worker.events.on('lost', ({ id }) => tell('lost', id));
  worker.events.on('returned', ({ id }, why) => tell('returned', id, why));
  worker.events.on('rescued', (dead, jobs) => tell('rescued', dead, jobs));
  worker.events.on('quarantined', (id) => tell('quarantined', id));
  worker.events.on('error', (error) => tell('trouble', error.code, error.message));
  return worker;
}

const workers = Array.from({ length: config.count }, createWorker);
let signals = 0;

async function stop() {
  signals++;
  tell('signal', signals);
  const stopped = Promise.all(workers.map((worker) => worker.stop({ now: signals > 1 })));
  if (signals > 1) return;
  await stopped;
  tell('stopped', workers.length);
  letGo();
}

process.on('SIGTERM', () => void stop());
process.on('message', (message) => {
  if (message === 'quiet') {
    for (const worker of workers) worker.quiet();
    tell('quiet', workers.length);
  }
  if (message === 'resume') for (const worker of workers) worker.resume();
});
await Promise.all(workers.map((worker) => worker.start()));
tell('ready', process.pid);
process.send?.('ready');
