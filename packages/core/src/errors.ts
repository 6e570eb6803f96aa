/** Facts of an error, for programs. */
export type ErrorFields = Readonly<Record<string, unknown>>;

/** Base of every error that Linstock throws. `code` is constant and made for programs; the message says what to do. */
export class LinstockError extends Error {
  readonly code: string;
  readonly fields: ErrorFields;

  // oxlint-disable-next-line max-params -- all four are what an error is, and each has its place in every call
  constructor(code: string, message: string, fields: ErrorFields = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.fields = fields;
  }
}

/** `INVALID_OPTION`: an option is unknown or has a wrong value. Fields: `option`, `rule`, `value`. */
export class OptionError extends LinstockError {
  constructor(option: string, rule: string, value: unknown) {
    super('INVALID_OPTION', `${option}: ${rule}; got ${show(value)}`, { option, rule, value });
  }
}

/**
 * `INPUT_INVALID` and `RESULT_INVALID` (schema); `PAYLOAD_…` and `RESULT_…`: `NOT_JSON`, `TOO_LARGE`, `NOT_DECRYPTED` (fields
 * `keyId`, `problem`), `CODEC_UNKNOWN` (a newer version wrote it), `DAMAGED`.
 */
export class PayloadError extends LinstockError {}

/** `JOB_NOT_FOUND`: no record has this id: it never existed, was deleted, or retention removed it. Field: `id`. */
export class JobNotFoundError extends LinstockError {
  constructor(id: string) {
    super(
      'JOB_NOT_FOUND',
      `job ${show(id)} does not exist: it was deleted, retention removed it, or the id is wrong`,
      { id },
    );
  }
}

/** `JOB_EXISTS`: another job has this one's unique key, and `onConflict` is `"refuse"`. Fields: `job`, `id` of the other one. */
export class JobExistsError extends LinstockError {
  constructor(job: string, id: string) {
    super('JOB_EXISTS', `${show(job)}: job ${id} has the same unique key and has not ended`, { job, id });
  }
}

/** `QUEUE_FULL`: as many jobs wait in the queue as its settings allow. Nothing was stored; try again when some have run. Field: `queue`. */
export class QueueFullError extends LinstockError {
  constructor(queue: string) {
    super('QUEUE_FULL', `queue ${show(queue)} is full: enqueue again when some of its jobs have run`, {
      queue,
    });
  }
}

/**
 * `BATCH_NOT_FOUND`: there is none with this id, or retention removed it. `BATCH_ENDED`: it has ended or was cancelled, and takes
 * no jobs. `BATCH_GONE`: it was not complete within 15 minutes of its last job. `BATCH_UNCERTAIN`: Redis may have it or not;
 * look it up. Field: `id`.
 */
export class BatchError extends LinstockError {
  // oxlint-disable-next-line max-params -- an error's code, message, subject and cause
  constructor(
    code: 'BATCH_NOT_FOUND' | 'BATCH_ENDED' | 'BATCH_GONE' | 'BATCH_UNCERTAIN',
    what: string,
    id: string | undefined,
    cause?: unknown,
  ) {
    super(code, `batch ${show(id)} ${what}`, { id }, cause);
  }
}

/** `STATE_CONFLICT`: the job is in a state that does not allow this. Fields: `id`, `verb`, `state`. */
export class StateConflictError extends LinstockError {
  constructor(id: string, verb: string, state: string) {
    super('STATE_CONFLICT', `cannot ${verb} job ${id}: it is ${state}`, { id, verb, state });
  }
}

/** `JOB_FAILED` and `JOB_CANCELLED`: somebody waited for a result that will not come. Fields: `id`, `reason`. */
export class JobEndedError extends LinstockError {}

/** `TIMEOUT`: something did not happen in time. It may still happen. Field: `timeoutMs`. */
export class WaitTimeoutError extends LinstockError {
  constructor(what: string, timeoutMs: number) {
    super('TIMEOUT', `${what} within ${timeoutMs} ms`, { timeoutMs });
  }
}

/** `CLOSED`: the client or worker was closed before. */
export class ClosedError extends LinstockError {
  constructor(what: string) {
    super('CLOSED', `${what} is closed`);
  }
}

/** `REDIS_UNREACHABLE`, `REDIS_REFUSED` (password, permission), `REDIS_UNSUITABLE` (version, eviction, replica), `REDIS_FAULT`. */
export class RedisError extends LinstockError {}

/** `REDIS_FULL`: Redis has reached `maxmemory`. Nothing was stored; workers go on and make room. */
export class RedisFullError extends LinstockError {
  constructor(cause: unknown) {
    super(
      'REDIS_FULL',
      'Redis has no memory left (maxmemory): nothing was stored. Enqueue again when workers have made room',
      {},
      cause,
    );
  }
}

/** `ENQUEUE_UNCERTAIN`: Redis may have stored these jobs or not. Field: `ids`; look them up before you enqueue again. */
export class EnqueueUncertainError extends LinstockError {
  constructor(ids: readonly string[], cause: unknown) {
    const some = ids.slice(0, 3).join(', ') + (ids.length > 3 ? ` and ${ids.length - 3} more` : '');
    const message = `no answer from Redis: the jobs ${some} may or may not be stored. Look them up by id before you enqueue again`;
    super('ENQUEUE_UNCERTAIN', message, { ids }, cause);
  }
}

/** A value for a message: short, on one line, without control characters. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : describe(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Only a message: what cannot be shown as JSON is named by its type.
    return `a value of type ${typeof value}`;
  }
}
