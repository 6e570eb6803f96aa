import { PayloadError, show } from './errors.ts';

/** The longest payload and the longest result, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 1024 * 1024;
/** Payloads above this many bytes get a key of their own, so that claims stay small. */
export const LARGE_PAYLOAD_BYTES = 64 * 1024;

/** What is encoded, for messages. */
export interface PayloadSubject {
  readonly kind: 'PAYLOAD' | 'RESULT';
  readonly job: string;
}

/** JSON of a payload or result. Throws {@link PayloadError} when it has none, or when it is over 1 MiB. */
export function encodeJson(value: unknown, subject: PayloadSubject): string {
  if (value === undefined) return 'null';
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch (error) {
    throw notJson(value, subject, error);
  }
  if (json === undefined) throw notJson(value, subject);
  if (json.length > MAX_PAYLOAD_BYTES / 3) checkBytes(json, subject);
  return json;
}

/** Whether a payload is large. Cheap: bytes are only counted when characters cannot tell. */
export function isLarge(json: string): boolean {
  return json.length > LARGE_PAYLOAD_BYTES / 3 && Buffer.byteLength(json) > LARGE_PAYLOAD_BYTES;
}

function checkBytes(json: string, { kind, job }: PayloadSubject): void {
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  const message = `${kind.toLowerCase()} of ${show(job)} has ${bytes} bytes of JSON, at most ${MAX_PAYLOAD_BYTES}: store it elsewhere and pass a reference`;
  throw new PayloadError(`${kind}_TOO_LARGE`, message, { job, bytes, most: MAX_PAYLOAD_BYTES });
}

function notJson(value: unknown, { kind, job }: PayloadSubject, cause?: unknown): PayloadError {
  const message = `${kind.toLowerCase()} of ${show(job)} cannot be written as JSON: it is ${show(value)}`;
  return new PayloadError(`${kind}_NOT_JSON`, message, { job }, cause);
}
