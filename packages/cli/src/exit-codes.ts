import { LinstockError } from '@linstock/core';
import { StoreError } from './store/errors.ts';

/** What the exit code of the process tells scripts. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  notPermitted: 4,
  conflict: 5,
  partOfBulk: 6,
  unreachable: 7,
  timeout: 8,
  interrupted: 130,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every code of an error, with the exit code it leads to. A code that is not here is a failure. */
export const EXIT_CODE_OF: Readonly<Record<string, ExitCode>> = {
  // Linstock's
  ALERTS_FULL: EXIT.failure,
  ALERT_NOT_FOUND: EXIT.notFound,
  BATCH_ENDED: EXIT.conflict,
  BATCH_GONE: EXIT.failure,
  BATCH_NOT_FOUND: EXIT.notFound,
  BATCH_UNCERTAIN: EXIT.failure,
  CLOSED: EXIT.failure,
  // Not "unreachable": a script that simply tries again would enqueue twice.
  ENQUEUE_UNCERTAIN: EXIT.failure,
  INPUT_INVALID: EXIT.usage,
  INVALID_OPTION: EXIT.usage,
  JOB_CANCELLED: EXIT.failure,
  JOB_DAMAGED: EXIT.failure,
  JOB_EXISTS: EXIT.conflict,
  JOB_FAILED: EXIT.failure,
  JOB_NOT_FOUND: EXIT.notFound,
  LOCK_IN_USE: EXIT.conflict,
  LOCK_NOT_FOUND: EXIT.notFound,
  NEXT_CALLED_TWICE: EXIT.failure,
  NEXT_NOT_CALLED: EXIT.failure,
  OPERATIONS_FULL: EXIT.failure,
  OPERATION_NOT_FOUND: EXIT.notFound,
  PARENT_RESULT_MISSING: EXIT.failure,
  PAYLOAD_NOT_JSON: EXIT.usage,
  PAYLOAD_TOO_LARGE: EXIT.usage,
  PLACE_IN_USE: EXIT.conflict,
  PLACE_NOT_FOUND: EXIT.notFound,
  PROTOCOL: EXIT.failure,
  QUEUES_FULL: EXIT.failure,
  QUEUE_FULL: EXIT.failure,
  RECURRING_NOT_FOUND: EXIT.notFound,
  SELECTION_NOT_FOUND: EXIT.notFound,
  WORKER_NOT_FOUND: EXIT.notFound,
  REDIS_FAULT: EXIT.failure,
  REDIS_FULL: EXIT.failure,
  REDIS_REFUSED: EXIT.notPermitted,
  REDIS_UNREACHABLE: EXIT.unreachable,
  REDIS_UNSUITABLE: EXIT.failure,
  RESULT_INVALID: EXIT.failure,
  RESULT_NOT_JSON: EXIT.failure,
  RESULT_TOO_LARGE: EXIT.failure,
  STATE_CONFLICT: EXIT.conflict,
  TIMEOUT: EXIT.timeout,
  // The dashboard's
  UI_MISSING: EXIT.failure,
  // The stores' for development
  EMBEDDED_STORE_MISSING: EXIT.failure,
  STORE_DIRECTORY_BUSY: EXIT.conflict,
  STORE_START_FAILED: EXIT.failure,
  // The command line's own
  BENCH_FAILED: EXIT.failure,
  BULK_PARTLY_FAILED: EXIT.partOfBulk,
  CONFIG_INVALID: EXIT.usage,
  CONFIRMATION_MISMATCH: EXIT.usage,
  DASHBOARD_OPEN: EXIT.usage,
  EVENTS_OFF: EXIT.failure,
  INTERRUPTED: EXIT.interrupted,
  MODULE_NOT_LOADED: EXIT.usage,
  NO_HANDLERS: EXIT.usage,
  OPERATION_CANCELLED: EXIT.failure,
  PORT_UNAVAILABLE: EXIT.failure,
  QUEUE_NOT_FOUND: EXIT.notFound,
  RECURRING_EXISTS: EXIT.conflict,
  USAGE: EXIT.usage,
  WORKER_FAILED: EXIT.failure,
};

/** The code of an error, or `UNEXPECTED` for one that nobody planned. */
export function codeOf(error: unknown): string {
  return error instanceof LinstockError || error instanceof StoreError ? error.code : 'UNEXPECTED';
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = codeOf(error);
  return Object.hasOwn(EXIT_CODE_OF, code) ? (EXIT_CODE_OF[code] ?? EXIT.failure) : EXIT.failure;
}
