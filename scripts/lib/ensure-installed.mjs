import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureNode } from './ensure-node.mjs';
import { ROOT, run, ScriptError } from './run.mjs';

// Ours, because pnpm leaves its own files alone when there is nothing to do, so their age says little.
const STAMP = path.join(ROOT, 'node_modules', '.linstock-installed');

/** Installs the dependencies named in pnpm-lock.yaml, unless exactly these are there. Needs only Node and npm. */
export async function ensureInstalled() {
  ensureNode();
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(ROOT, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  const { packageManager } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  process.stderr.write(`Installing dependencies with ${packageManager} …\n`);
  // CI: it must not ask whether it may replace a folder that another version made. Ignore: this already is the
  // pinned version, and pnpm would want to note its own download in the lock file.
  const options = { env: { CI: 'true', pnpm_config_pm_on_fail: 'ignore' }, toStderr: true };
  const code = await run('npx', ['-y', packageManager, 'install', '--frozen-lockfile'], options);
  if (code !== 0) {
    throw new ScriptError(
      `The dependencies could not be installed (exit code ${code}, reason above). Without a network, or behind a ` +
        'proxy: check `npm ping`. After an edit of a package.json: `npx ' +
        `${packageManager} install\` renews the lock file.`,
    );
  }
  writeFileSync(STAMP, wanted);
}
