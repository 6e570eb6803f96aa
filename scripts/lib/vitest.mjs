import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, run } from './run.mjs';

const VITEST = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');

/** Runs the tests that `args` select, on this Node or another; resolves to how many passed, failed and were skipped, and what failed. */
export async function runVitest(args, env = {}, node = process.execPath) {
  const folder = mkdtempSync(path.join(tmpdir(), 'linstock-tests-'));
  const file = path.join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  try {
    const code = await run(node, [VITEST, 'run', ...reporters, ...args], { env });
    return count(file, code);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Says again at the very end what failed and why: a whole run prints too much to search in. */
export function printFailures(failures) {
  for (const { file, name, message } of failures) {
    process.stdout.write(`\nFAILED ${file}\n  ${name}\n${message.replaceAll(/^/gm, '    ')}\n`);
  }
}

function count(file, code) {
  const report = read(file);
  const failures = (report?.testResults ?? []).flatMap(failuresOf);
  const passed = report?.numPassedTests ?? 0;
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
  // An error outside of every test, or no test at all: the exit code alone knows.
  return { passed, skipped, failed: code !== 0 && failures.length === 0 ? 1 : failures.length, failures };
}

const MESSAGE_LINES = 30;

function failuresOf({ name: file, status, message, assertionResults }) {
  if (status !== 'failed') return [];
  const failed = assertionResults.filter((assertion) => assertion.status === 'failed');
  const where = path.relative(ROOT, file);
  // A file that does not load, or fails in a hook, has no failed test of its own.
  if (failed.length === 0) return [{ file: where, name: '(the file itself)', message: firstLines(message) }];
  return failed.map(({ fullName, failureMessages }) => ({
    file: where,
    name: fullName,
    message: firstLines(failureMessages.join('\n')),
  }));
}

const firstLines = (text) => text.split('\n').slice(0, MESSAGE_LINES).join('\n');

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // Vitest ended before it could report; its exit code speaks.
    return undefined;
  }
}
