import { UsageError } from './errors.ts';
import { readLines } from './read-lines.ts';

/** Ids of the command line; `-` stands for those on standard input, one a line. */
export async function* readIds(args: readonly string[]): AsyncGenerator<string> {
  if (args.filter((arg) => arg === '-').length > 1) throw new UsageError('"-" may stand only once');
  for (const arg of args) {
    if (arg !== '-') yield arg;
    else for await (const { text } of readLines(process.stdin)) yield text;
  }
}

/** Whether the command line names one job, rather than some number of them. */
export function isSingle(args: readonly string[]): boolean {
  return args.length === 1 && args[0] !== '-';
}
