import { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { option, plainOption } from './command.ts';
import { UsageError } from './errors.ts';
import type { Output } from './output.ts';
import { duration } from './parse-values.ts';

/** Flags of commands that can follow. */
export interface WatchFlags {
  readonly watch?: boolean;
  readonly interval?: number;
}

const DEFAULT_INTERVAL_MS = 2000;
/** More often costs Redis more than it tells a person. */
const LEAST_INTERVAL_MS = 1000;
const HOME_AND_CLEAR = '\u001B[H\u001B[J';

export const watchOptions = [
  plainOption('-w, --watch', 'show it again and again, until Ctrl-C'),
  option('--interval <duration>', 'how often with --watch, at least 1s (default 2s)', duration),
];

/** Prints once, or with `--watch` again and again: in place on a terminal, else one after the other (JSON: a line each). */
export async function watched(
  { flags, output }: { readonly flags: WatchFlags; readonly output: Output },
  print: (output: Output) => Promise<void>,
): Promise<void> {
  if (flags.watch !== true) return print(output);
  const intervalMs = flags.interval ?? DEFAULT_INTERVAL_MS;
  if (intervalMs < LEAST_INTERVAL_MS) throw new UsageError('--interval must be at least 1s');
  for (;;) {
    await (process.stdout.isTTY ? printInPlace(output, print) : print(output.onOneLine()));
    await delay(intervalMs);
  }
}

/** Collects the screen first, so that it does not flicker. */
async function printInPlace(output: Output, print: (output: Output) => Promise<void>): Promise<void> {
  let screen = '';
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      screen += chunk.toString();
      done();
    },
  });
  await print(output.redirected(sink));
  process.stdout.write(HOME_AND_CLEAR + screen);
}
