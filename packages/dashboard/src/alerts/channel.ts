import type { AlertMessage } from './message.ts';

/** Somebody who is told of alerts. */
export interface Channel {
  readonly name: string;
  /** Resolves when the other side has it. @throws {ChannelError} */
  readonly send: (message: AlertMessage, signal: AbortSignal) => Promise<void>;
}

/** How long one try may take. */
export const TRY_MS = 10_000;

/** Why a channel did not take a message, in words that tell neither its address nor a secret. */
export class ChannelError extends Error {
  /** Whether another try may do better. */
  readonly isPassing: boolean;

  constructor(message: string, isPassing: boolean) {
    super(message);
    this.isPassing = isPassing;
  }
}

/** What an error of the network may tell: its code, such as ECONNREFUSED. */
export function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: unknown };
  if (typeof code === 'string' && /^[A-Z_]{2,40}$/.test(code)) return code;
  return cause === undefined ? 'no connection' : codeOf(cause);
}
