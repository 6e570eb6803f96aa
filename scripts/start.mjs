// npm start: installs, builds, starts a store and a worker, and runs the demo of examples/demo on the files of a folder.
import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { main, ROOT, ScriptError } from './lib/run.mjs';

const LEFT_OUT = ['node_modules', '.git', 'dist'];
const HELP = `npm start                               the demo on this repository, until Ctrl-C
npm start -- --once --dir DIR           on the files of DIR, to the end; the last line is JSON

One job computes SHA-256 and size of one file; one more job is delayed, one fails twice and then succeeds, one fails
for good. Without --dir the folders ${LEFT_OUT.join(', ')} of this repository are left out; with --dir nothing is,
hidden files included. Symbolic links are not followed.

  --dir DIR      the folder (default: this repository)
  --once         end when all jobs have ended; the last line of standard output is one JSON object:
                 {"store", "enqueued", "succeeded", "failed", "seconds", "results": [{"path", "sha256", "bytes"}]}
  --redis URL    a Redis that runs (default: LINSTOCK_REDIS_URL, REDIS_URL, else redis-server on PATH, else embedded)
  --embedded     the embedded store, even where redis-server is installed
  --verbose      the log of the worker
  --help         this text
`;
const OPTIONS = {
  dir: { type: 'string' },
  once: { type: 'boolean', default: false },
  redis: { type: 'string' },
  embedded: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};
const USAGE = 2;

await main(async () => {
  const { options, problem } = readOptions();
  if (problem !== undefined) {
    process.stderr.write(`error USAGE: ${problem}; see npm start -- --help\n`);
    return USAGE;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  await ensureInstalled();
  await ensureBuilt();
  const demo = await import('../examples/demo/main.mjs').catch((error) => {
    throw new ScriptError(`The demo cannot be loaded: ${error.message}`);
  });
  return demo.main(options);
});

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS, strict: true });
    const dir = path.resolve(values.dir ?? ROOT);
    const problem = values.help ? undefined : problemOf(dir);
    const redis = values.embedded ? undefined : redisUrl(values.redis);
    return {
      options: { ...values, dir, redis, leaveOut: values.dir === undefined ? LEFT_OUT : [] },
      problem,
    };
  } catch (error) {
    // Node's message names the option and says what is wrong with it.
    return { problem: error.message.split('. ')[0] };
  }
}

function problemOf(dir) {
  const stat = statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) return `--dir ${JSON.stringify(dir)} does not exist`;
  return stat.isDirectory() ? undefined : `--dir ${JSON.stringify(dir)} is not a folder`;
}

function redisUrl(flag) {
  return [flag, process.env.LINSTOCK_REDIS_URL, process.env.REDIS_URL].find(
    (url) => url !== undefined && url !== '',
  );
}
