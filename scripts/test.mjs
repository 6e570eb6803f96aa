// npm test: everything on a real Redis, then the core's tests on the embedded store and with four shards.
// npm test -- <filter or flags of vitest>: only these, only once.
import { ensureBuilt } from './lib/ensure-built.mjs';
import { ensureChromium } from './lib/ensure-chromium.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureRedis } from './lib/ensure-redis.mjs';
import { main } from './lib/run.mjs';
import { printFailures, runVitest } from './lib/vitest.mjs';

/** What tries the models, and not a store. */
const MUTANTS = ['--exclude', '**/*mutants.test.ts'];
/** A script works within one shard: these tables are the same however many there are. */
const TABLES = ['--exclude', '**/lua/missing-keys.test.ts', '--exclude', '**/lua/damaged-keys.test.ts'];
const CORE = ['packages/core/', ...MUTANTS];
/** What a script does when a key is not there does not depend on the store; its words for a key of another type do. */
const MISSING = ['--exclude', '**/lua/missing-keys.test.ts'];
/** They say themselves how many shards there are, or are examples: the same however many the others have. */
const ALIKE = ['divided-queues', 'handlers-guide', 'long-runs', 'shard-link'].flatMap((name) => [
  '--exclude',
  `**/worker/src/${name}.test.ts`,
]);
const PASSES = [
  { title: 'All tests', args: [], env: {} },
  {
    title: 'The core on the embedded store',
    args: [...CORE, ...MISSING],
    env: { LINSTOCK_TEST_STORE: 'embedded' },
  },
  {
    title: 'The core and the worker with four shards',
    args: [...CORE, 'packages/worker/', ...TABLES, ...ALIKE],
    env: { LINSTOCK_TEST_SHARDS: '4' },
  },
];

await main(async () => {
  await ensureInstalled();
  await ensureRedis();
  await ensureChromium();
  await ensureBuilt();
  const chosen = process.argv.slice(2);
  const passes = chosen.length > 0 ? [{ title: 'Chosen tests', args: chosen, env: {} }] : PASSES;
  const total = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  for (const { title, args, env } of passes) {
    process.stdout.write(`\n${title}\n`);
    const result = await runVitest(args, env);
    for (const key of Object.keys(total)) total[key] += result[key];
    failures.push(...result.failures);
  }
  printFailures(failures);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
});
