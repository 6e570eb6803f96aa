import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startRedis } from '@linstock/test-kit/redis';
import { afterEach, expect, test, vi } from 'vitest';

const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** The whole programs of a page. */
async function programsOf(page: string): Promise<string[]> {
  const text = await readFile(file(`../../../docs/${page}`), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```$/gms)]
    .map(([, program = '']) => program)
    .filter((program) => program.includes('await client.close();'));
}

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await Promise.all(cleanUps.splice(0).map((cleanUp) => cleanUp()));
});

test.each([
  ['handlers.md', 10],
  ['changing-jobs.md', 3],
  ['events.md', 2],
  ['queues.md', 6],
  ['flow-control.md', 12],
  ['continuations.md', 3],
  ['why.md', 1],
  ['recurring.md', 4],
  ['batches.md', 1],
  ['workflows.md', 1],
  ['payloads.md', 1],
  ['dashboard.md', 1],
])(
  'every example of docs/%s prints what its comments say',
  async (page, count) => {
    const programs = await programsOf(page);
    expect(programs).toHaveLength(count);
    const redis = await startRedis();
    const folder = await mkdtemp(path.join(tmpdir(), 'linstock-guide-'));
    cleanUps.push(
      () => redis.stop(),
      () => rm(folder, { recursive: true }),
    );
    vi.stubEnv('REDIS_URL', redis.url);
    for (const [i, program] of programs.entries()) {
      const module = path.join(folder, `example-${i}.ts`);
      await writeFile(module, withSources(program));
      const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      await import(pathToFileURL(module).href);
      expect(print.mock.calls.map((call) => call.join(' ')).toSorted()).toEqual(printed(program));
      print.mockRestore();
    }
  },
  60_000,
);

/** The packages as the other tests import them. */
function withSources(program: string): string {
  return program
    .replace("'@linstock/core'", JSON.stringify(file('../../core/src/index.ts')))
    .replace("'@linstock/worker'", JSON.stringify(file('index.ts')));
}

/** What a program prints, by the comments behind its calls of console.log, sorted. */
function printed(program: string): string[] {
  return [...program.matchAll(/console\.log\(.*; \/\/ (.*)$/gm)].map(([, text = '']) => text).toSorted();
}
