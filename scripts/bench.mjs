// npm run bench: measures Linstock against BullMQ and bee-queue (see bench/README.md).
import { ensureBuilt } from './lib/ensure-built.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureRedis } from './lib/ensure-redis.mjs';
import { main, run, ScriptError } from './lib/run.mjs';

async function buildBench() {
  const code = await run('npx', ['--no-install', 'tsc', '-b', 'bench'], { toStderr: true });
  if (code !== 0)
    throw new ScriptError('The bench does not compile; the compiler says above what to repair.');
}

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  await ensureRedis();
  await buildBench();
  const { runCommandLine } = await import('../bench/dist/main.js');
  return runCommandLine(process.argv.slice(2));
});
