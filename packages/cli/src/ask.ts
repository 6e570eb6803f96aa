import { createInterface } from 'node:readline/promises';
import { CliError } from './errors.ts';

/** Whether somebody is there who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks for a yes. @throws {CliError} `CONFIRMATION_MISMATCH`: it is none; `INTERRUPTED` */
export async function confirm(question: string): Promise<void> {
  if (/^y(es)?$/i.test(await ask(`${question} [y/N] `))) return;
  throw new CliError('CONFIRMATION_MISMATCH', 'that is no yes: nothing was changed');
}

/** Asks on the terminal. @throws {CliError} `INTERRUPTED`: by Ctrl-C or the end of the input */
export async function ask(question: string): Promise<string> {
  const { stdin, stderr } = process;
  const prompt = createInterface({ input: stdin, output: stderr });
  const given = new AbortController();
  // The prompt takes Ctrl-C for itself; where its input ends, it would leave the question open for ever.
  prompt.once('SIGINT', () => given.abort()).once('close', () => given.abort());
  try {
    return (await prompt.question(question, { signal: given.signal })).trim();
  } catch (cause) {
    if (!given.signal.aborted) throw cause;
    stderr.write('\n');
    throw new CliError('INTERRUPTED', 'nothing was changed', {}, cause);
  } finally {
    prompt.close();
  }
}
