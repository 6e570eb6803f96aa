import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from './exit-codes.ts';

/** What SIGINT and SIGTERM have asked for. */
export interface StopSignals {
  /** Resolves at the first signal. */
  readonly first: Promise<NodeJS.Signals>;
  readonly signal: AbortSignal;
}

/** What the second signal does. */
export interface AtOnce {
  /** Stops without waiting for jobs. */
  readonly hurry: () => Promise<void> | undefined;
  /** Ends what a hurry did not. */
  readonly kill: () => void;
}

/** Giving jobs back takes a round trip or two; longer means that it will not succeed. */
const HURRY_MS = 2000;

/** Listens for SIGINT and SIGTERM: the first one asks to stop; the second one ends the process within two seconds, the third one now. */
export function listenForStop({ hurry, kill }: AtOnce): StopSignals {
  const controller = new AbortController();
  let resolveFirst: (signal: NodeJS.Signals) => void = () => undefined;
  const first = new Promise<NodeJS.Signals>((resolve) => (resolveFirst = resolve));
  let signals = 0;
  const end = (): void => {
    kill();
    process.exit(EXIT.interrupted);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    signals++;
    if (signals === 1) {
      controller.abort();
      resolveFirst(signal);
    } else if (signals === 2) void Promise.race([hurry(), delay(HURRY_MS)]).then(end, end);
    else end();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { first, signal: controller.signal };
}
