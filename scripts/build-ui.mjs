// Builds the dashboard's user interface into packages/dashboard/dist/ui, when its sources have changed since.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { main, ROOT } from './lib/run.mjs';

const PACKAGE = path.join(ROOT, 'packages', 'dashboard');
const OUTPUT = path.join(PACKAGE, 'dist', 'ui');
const STAMP = path.join(OUTPUT, '.sources');

await main(async () => {
  const wanted = hashOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return 0;
  // Whoever builds for tests gets what is shipped, too.
  process.env['NODE_ENV'] = 'production';
  const { build } = await import(
    new URL('../packages/dashboard/node_modules/vite/dist/node/index.js', import.meta.url).href
  );
  await build({ configFile: path.join(PACKAGE, 'vite.config.ts') });
  writeFileSync(STAMP, wanted);
  return 0;
});

/** Of what the user interface is made of: its sources, how it is built, and the versions of all packages. */
function hashOfSources() {
  const sources = path.join(PACKAGE, 'src', 'ui');
  const files = readdirSync(sources, { recursive: true })
    .map((name) => path.join(sources, String(name)))
    .filter((file) => path.extname(file) !== '')
    .toSorted();
  const hash = createHash('sha256');
  for (const file of [...files, path.join(PACKAGE, 'vite.config.ts'), path.join(ROOT, 'pnpm-lock.yaml')])
    hash.update(path.relative(ROOT, file)).update(readFileSync(file));
  return hash.digest('hex');
}
