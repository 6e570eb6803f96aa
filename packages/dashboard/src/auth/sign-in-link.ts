import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const LIVES_MS = 10 * 60_000;

/** A secret that signs in one person, once, within ten minutes; for a dashboard that one starts on one's own machine. */
export class SignInLink {
  readonly secret = randomBytes(24).toString('base64url');
  readonly #until: number;
  readonly #now: () => number;
  #used = false;

  constructor(now: () => number) {
    this.#now = now;
    this.#until = now() + LIVES_MS;
  }

  /** True the first time that the secret is right. */
  use(secret: string): boolean {
    if (this.#used || this.#now() > this.#until || !isSame(secret, this.secret)) return false;
    this.#used = true;
    return true;
  }
}

/** Whether two secrets are the same, in a time that does not tell where they differ. */
export function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
