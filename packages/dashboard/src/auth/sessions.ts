import { createHash, randomBytes } from 'node:crypto';
import { forgetOldest } from './forget-oldest.ts';
import type { User } from './user.ts';

/** How long a session lives without a request, and at most. */
const IDLE_MS = 30 * 60_000;
const MOST_MS = 12 * 3_600_000;
/** The oldest ones leave when there are more. */
const MOST_SESSIONS = 10_000;

interface Session {
  readonly user: User;
  readonly beganAt: number;
  lastUsedAt: number;
}

/** Who is signed in by a cookie. Kept in this process, by a hash of what the cookie holds. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A new session; always a new secret, so that one that somebody else planted is worth nothing. */
  begin(user: User): string {
    const secret = randomBytes(32).toString('base64url');
    const now = this.#now();
    this.#sessions.set(keyOf(secret), { user, beganAt: now, lastUsedAt: now });
    forgetOldest(this.#sessions, MOST_SESSIONS);
    return secret;
  }

  /** Who has this secret, while the session lives. */
  find(secret: string): User | undefined {
    const session = this.#live(secret);
    if (session !== undefined) session.lastUsedAt = this.#now();
    return session?.user;
  }

  /** The same, and no use of it: it ends as if nobody had asked. */
  peek(secret: string): User | undefined {
    return this.#live(secret)?.user;
  }

  /** Ends those of people of whom it is not true. */
  keepOnly(isKept: (user: User) => boolean): void {
    for (const [key, { user }] of this.#sessions) if (!isKept(user)) this.#sessions.delete(key);
  }

  end(secret: string): void {
    this.#sessions.delete(keyOf(secret));
  }

  #live(secret: string): Session | undefined {
    const key = keyOf(secret);
    const session = this.#sessions.get(key);
    if (session === undefined) return undefined;
    const now = this.#now();
    if (now - session.lastUsedAt <= IDLE_MS && now - session.beganAt <= MOST_MS) return session;
    this.#sessions.delete(key);
    return undefined;
  }
}

function keyOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
