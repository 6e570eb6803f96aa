import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startRedis } from '@linstock/test-kit/redis';

const file = fileURLToPath(new URL('tour.mjs', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

test('the tour in the README is this file', () => {
  expect(readFileSync(readme, 'utf8')).toContain(`\`\`\`js\n${readFileSync(file, 'utf8')}\`\`\``);
});

test('the tour runs and prints what its comments say', async () => {
  const redis = await startRedis();
  const output = await run({ REDIS_URL: redis.url });
  await redis.stop();
  expect(output).toContain("{ path: 'cat-64.png' }");
  expect(output).toContain("succeeded [ 'retried (attempt 1)', 'succeeded (attempt 2)' ]");
  expect(output).toContain('INPUT_INVALID');
  expect(output).toMatch(/succeeded: 2,/);
});

function run(env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    // Not `exit`: what it printed last may not have been read then.
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`exit code ${code}: ${output}`)),
    );
  });
}
