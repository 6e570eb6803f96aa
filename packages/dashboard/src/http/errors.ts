import { randomBytes } from 'node:crypto';
import { LinstockError } from '@linstock/core';

/** A refusal, or a fault, as the API tells it. */
export interface DashboardError {
  readonly status: number;
  readonly body: {
    readonly error: { readonly code: string; readonly message: string } & Record<string, unknown>;
  };
}

export function refusal(status: number, code: string, message: string): DashboardError {
  return { status, body: { error: { code, message } } };
}

/** Statuses of our own errors; all others are 400 where a caller's input is wrong. */
const STATUS_OF: Readonly<Record<string, number>> = {
  NOT_PERMITTED: 403,
  JOB_NOT_FOUND: 404,
  BATCH_NOT_FOUND: 404,
  RECURRING_NOT_FOUND: 404,
  OPERATION_NOT_FOUND: 404,
  SELECTION_NOT_FOUND: 404,
  WORKER_NOT_FOUND: 404,
  CONTRACT_NOT_FOUND: 404,
  ALERT_NOT_FOUND: 404,
  PLACE_NOT_FOUND: 404,
  LOCK_NOT_FOUND: 404,
  STATE_CONFLICT: 409,
  PLACE_IN_USE: 409,
  LOCK_IN_USE: 409,
  BATCH_ENDED: 409,
  JOB_EXISTS: 409,
  RECURRING_EXISTS: 409,
  QUEUE_FULL: 409,
  OPERATIONS_FULL: 409,
  ALERTS_FULL: 409,
  NO_CHANNELS: 409,
  REDIS_FULL: 503,
  REDIS_UNREACHABLE: 503,
  REDIS_REFUSED: 503,
  REDIS_UNSUITABLE: 503,
  REDIS_FAULT: 502,
  ENQUEUE_UNCERTAIN: 504,
  CLOSED: 503,
};

/** What the caller may know of an error: of one that is not ours only a number under which the log has it. */
export function describeError(
  error: unknown,
  tell: (error: Error, reference: string) => void,
): DashboardError {
  if (error instanceof LinstockError) {
    const { status, body } = refusal(STATUS_OF[error.code] ?? 400, error.code, error.message);
    // By its name a form knows the field.
    const { option } = error.fields;
    return typeof option === 'string'
      ? { status, body: { error: { ...body.error, option } } }
      : { status, body };
  }
  const reference = randomBytes(6).toString('base64url');
  tell(error instanceof Error ? error : new Error(String(error)), reference);
  return refusal(500, 'INTERNAL', `something went wrong here; the log has it under ${reference}`);
}
