// pnpm check: what can be known without running the code. Every step runs, whatever the others say.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled } from './lib/ensure-installed.mjs';
import { main, ROOT } from './lib/run.mjs';

const bin = (name) => path.join(ROOT, 'node_modules', '.bin', name);

const STEPS = [
  { name: 'generated scripts', command: process.execPath, args: ['scripts/generate-lua.mjs', '--check'] },
  { name: 'generated docs', command: process.execPath, args: ['scripts/generate-docs.mjs', '--check'] },
  { name: 'format', command: bin('oxfmt'), args: ['--check', '.'] },
  { name: 'types of the packages', command: bin('tsc'), args: ['-b'] },
  { name: 'types of tests and tools', command: bin('tsc'), args: ['-p', 'tsconfig.test.json'] },
  { name: 'types of the user interface', command: bin('tsc'), args: ['-p', 'packages/dashboard/src/ui'] },
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'regular expressions', command: process.execPath, args: ['scripts/check-regexes.mjs'] },
  { name: 'knip', command: bin('knip'), args: ['--no-progress'] },
];

await main(async () => {
  await ensureInstalled();
  const results = STEPS.map(runStep);
  return results.every(Boolean) ? 0 : 1;
});

function runStep({ name, command, args }) {
  const startedAt = performance.now();
  const options = {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  };
  const { status, error, stdout, stderr } = spawnSync(command, args, options);
  const isGood = status === 0;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)\n`);
  if (!isGood) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\n`);
  return isGood;
}
