import { forgetOldest } from './forget-oldest.ts';

/** Wrong passwords of one account from one address that are let through in a minute. */
const MOST = 10;
const WINDOW_MS = 60_000;
/** Accounts and addresses that are remembered; the oldest leave. */
const MOST_REMEMBERED = 10_000;

interface Count {
  readonly since: number;
  failures: number;
}

/** Counts failed sign-ins by account and address, so that guessing is slow and nobody locks out anybody else. */
export class Attempts {
  readonly #counts = new Map<string, Count>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether another try is refused. */
  isBlocked(account: string, address: string): boolean {
    const count = this.#current(account, address);
    return count !== undefined && count.failures >= MOST;
  }

  failed(account: string, address: string): void {
    const key = keyOf(account, address);
    const count = this.#current(account, address) ?? { since: this.#now(), failures: 0 };
    count.failures++;
    this.#counts.delete(key);
    this.#counts.set(key, count);
    forgetOldest(this.#counts, MOST_REMEMBERED);
  }

  succeeded(account: string, address: string): void {
    this.#counts.delete(keyOf(account, address));
  }

  #current(account: string, address: string): Count | undefined {
    const key = keyOf(account, address);
    const count = this.#counts.get(key);
    if (count !== undefined && this.#now() - count.since > WINDOW_MS) {
      this.#counts.delete(key);
      return undefined;
    }
    return count;
  }
}

function keyOf(account: string, address: string): string {
  return JSON.stringify([account.slice(0, 128), address]);
}
