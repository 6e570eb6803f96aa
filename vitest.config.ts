import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// Tests use the packages' sources; only child processes and the command line's binary need a build.
const conditions = ['@linstock/source', 'module', 'node', 'development|production'];
// An alias, because a dependency of every package on the kit would be a cycle of packages.
const testKit = {
  find: /^@linstock\/test-kit\/(.*)$/,
  replacement: `${import.meta.dirname}/test-kit/src/$1.ts`,
};
const leakCheck = `${import.meta.dirname}/test-kit/src/no-leaked-stores.ts`;

// Most of a package's tests wait for Redis or a process: two cores carry three of them.
const packageWorkers = Math.max(3, availableParallelism() - 1);
// Campaigns measure time: one at a time. Otherwise their bounds allow for a neighbour.
const e2eWorkers = process.env['LINSTOCK_CAMPAIGN'] === '1' ? 1 : 2;

export default defineConfig({
  resolve: { conditions, alias: [testKit] },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    retry: 0,
    passWithNoTests: false,
    setupFiles: [leakCheck],
    // What is waited for may take long on a busy machine: this bound ends what hangs, within the time of a test.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'packages',
          include: [
            'packages/*/src/**/*.test.ts',
            'bench/src/**/*.test.ts',
            'test-kit/src/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          maxWorkers: packageWorkers,
          sequence: { groupOrder: 0 },
          // Some start ten processes one after the other, each of which takes two seconds on a busy machine.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts', 'examples/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          // They load every core by themselves: after all others.
          maxWorkers: e2eWorkers,
          sequence: { groupOrder: 1 },
          // As `TEST_MS` of the campaigns: what takes half a minute took ten times as long on a machine that others used.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
