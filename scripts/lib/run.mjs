import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A reason to stop that the user can act on: shown without a stack. */
export class ScriptError extends Error {}

/**
 * Runs a program in the repository with our input and output; resolves to its exit code (1 when a signal
 * ended it). `toStderr` keeps our stdout for results.
 */
export function run(command, args, { env = {}, toStderr = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['inherit', toStderr ? 2 : 'inherit', 'inherit'],
      // npm and npx are batch files on Windows, which only a shell can start.
      shell: process.platform === 'win32',
    });
    child.once('error', (error) => reject(new ScriptError(`${command} could not be run: ${error.message}`)));
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a script's body: a `ScriptError` is printed as one sentence; the exit code is what the body returns. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}
