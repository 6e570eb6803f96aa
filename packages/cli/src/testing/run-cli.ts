import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));
const FOREIGN = /^(?:LINSTOCK_|REDIS_URL$|NO_COLOR$|FORCE_COLOR$|DEBUG$)/;

/** How to run the command line. */
export interface RunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What a run of the command line left. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built command line, in an environment without settings. */
export function startCli(
  args: readonly string[],
  { env = {}, cwd }: RunOptions = {},
): ChildProcessWithoutNullStreams {
  // oxlint-disable-next-line node/no-process-env -- A test's environment, without the settings of who runs it.
  const inherited = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return spawn(process.execPath, [BIN, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    cwd,
    stdio: 'pipe',
  });
}

/** Resolves when a process has ended. */
export async function outcome(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', (ended) => resolve(ended));
  });
  return { code, stdout, stderr };
}

/** Runs the command line to its end. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startCli(args, options);
  const ran = outcome(child);
  // The command may end before it has read all.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return ran;
}

/** Runs commands against one installation. */
export function cliFor(url: string, namespace: string) {
  const env = { LINSTOCK_REDIS_URL: url, LINSTOCK_NAMESPACE: namespace };
  return async (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
    runCli(args, { ...options, env: { ...env, ...options.env } });
}

/** The JSON on standard output. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- A test says what it expects.
export function jsonOf<T = Record<string, unknown>>({ stdout }: Ran): T {
  return JSON.parse(stdout) as T;
}

/** The lines of a text that are not empty. */
export function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
