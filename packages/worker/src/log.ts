import { pino } from 'pino';

/** A logger with pino's methods. */
export interface Log {
  child(bindings: Record<string, unknown>): Log;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** A line: fields and a message, fields alone, or a message alone, as with pino. */
export interface LogMethod {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** What a handler logs by: a child of the worker's logger that also keeps lines with the job. */
export interface JobLogger {
  child(bindings: Record<string, unknown>): JobLogger;
  /** `trace` and `debug` are for the worker's logger only. */
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  /** An error for the worker's logger. */
  readonly fatal: LogMethod;
}

/** pino to standard error, at the level `LOG_LEVEL`-free default `info`. */
export function defaultLog(): Log {
  return pino({ name: 'linstock' }, pino.destination({ dest: 2, sync: true }));
}

/** Whether a value has the methods of {@link Log}. */
export function isLog(value: unknown): value is Log {
  if (typeof value !== 'object' || value === null) return false;
  return ['child', 'debug', 'info', 'warn', 'error'].every(
    (method) => typeof (value as Record<string, unknown>)[method] === 'function',
  );
}
