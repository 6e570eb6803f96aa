import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

/** How a process logs. */
export interface LogOptions {
  readonly level: string;
  /** For a person at a terminal; else one JSON object a line. */
  readonly isPretty: boolean;
  readonly hasColor: boolean;
}

/** pino to standard error. Synchronous: what a process says last, before it ends, is not lost. */
export async function makeLog({ level, isPretty, hasColor }: LogOptions): Promise<Logger> {
  const options = { level };
  if (!isPretty) return pino(options, pino.destination({ dest: 2, sync: true }));
  const { default: pretty } = await import('pino-pretty');
  const shape = { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', singleLine: true };
  return pino(options, pretty({ ...shape, colorize: hasColor, destination: 2, sync: true }));
}
