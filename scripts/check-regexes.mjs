// No regular expression of ours can be made slow by what it is given (S41 of docs/security.md).
// node scripts/check-regexes.mjs [tsconfig.json …]   exits 1 when one can be, or cannot be judged
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import recheck from 'recheck';
import { regexesOf } from './lib/regexes.mjs';
import { main, ROOT } from './lib/run.mjs';

const PROJECTS = ['core', 'worker', 'dashboard', 'dashboard/src/ui', 'cli'].map(
  (name) => `packages/${name}/tsconfig.json`,
);
/** Where a pattern is put together when it runs, and why that does no harm. */
const PUT_TOGETHER = {
  'packages/dashboard/src/ui/parts/schema-values.ts':
    'the pattern of a contract, which the browser compares with what its own user types',
};
// A pattern that takes longer on a busy machine is "unknown", which fails: nobody has to guess.
const TIMEOUT_MS = 60_000;
/** What was found safe: to judge all of them takes ten seconds, each time anew. */
const KNOWN = path.join(ROOT, 'node_modules', '.linstock-safe-regexes.json');
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'node_modules/recheck/package.json'), 'utf8'));

// Else it looks for its binaries, and for Java.
process.env.RECHECK_SYNC_BACKEND = 'pure';

await main(async () => {
  const asked = process.argv.slice(2);
  const all = await regexesOf(asked.length > 0 ? asked : PROJECTS);
  const safe = readSafe();
  const problems = [
    ...all.filter(({ source }) => source !== undefined).flatMap((regex) => slowness(regex, safe)),
    ...all.filter(({ source, file }) => source === undefined && !(file in PUT_TOGETHER)).map(unknown),
  ];
  writeFileSync(KNOWN, JSON.stringify({ version, safe: [...safe] }));
  for (const problem of problems) process.stdout.write(`${problem}\n`);
  return problems.length === 0 && all.length > 0 ? 0 : 1;
});

function readSafe() {
  try {
    const known = JSON.parse(readFileSync(KNOWN, 'utf8'));
    return new Set(known.version === version ? known.safe : []);
  } catch {
    // Not there yet, or not whole.
    return new Set();
  }
}

function slowness({ source, flags, file, line }, safe) {
  const text = `/${source}/${flags}`;
  if (safe.has(text)) return [];
  const { status, complexity, attack, error } = recheck.checkSync(source, flags, { timeout: TIMEOUT_MS });
  if (status === 'safe') {
    safe.add(text);
    return [];
  }
  const why =
    status === 'vulnerable'
      ? `is ${complexity.summary}, by ${attack.pattern.slice(0, 200)}: anchor it, or let no part begin where another could end`
      : `cannot be judged (${error?.kind}): write it without what the checker does not know`;
  return [`${file}:${line}: ${text} ${why}`];
}

function unknown({ file, line }) {
  return `${file}:${line}: a pattern that is put together when it runs: write a literal, or say in scripts/check-regexes.mjs why it does no harm`;
}
