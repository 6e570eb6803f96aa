import { createHash } from 'node:crypto';
import type { Access, ResolvedDashboardOptions } from '../options.ts';
import { readSession } from '../http/cookies.ts';
import { Attempts } from './attempts.ts';
import { matchesPassword, NOBODYS_HASH } from './passwords.ts';
import { Sessions } from './sessions.ts';
import { isSame, SignInLink } from './sign-in-link.ts';
import type { User } from './user.ts';

/** What a try to sign in led to. */
export type SignIn =
  | { readonly status: 'in'; readonly user: User; readonly secret: string }
  | { readonly status: 'wrong' }
  | { readonly status: 'later' };

/** Finds out who sends a request: by the application's own function, a token, or a session. */
export class Authentication {
  readonly link: SignInLink | undefined;
  readonly #options: ResolvedDashboardOptions;
  readonly #sessions: Sessions;
  readonly #attempts: Attempts;
  readonly #now: () => number;
  #access: Access;

  constructor(options: ResolvedDashboardOptions, now: () => number) {
    this.#options = options;
    this.#access = options.access;
    this.#now = now;
    this.#sessions = new Sessions(now);
    this.#attempts = new Attempts(now);
    this.link = options.hasSignInLink ? new SignInLink(now) : undefined;
  }

  /** Whether there is a form to sign in. */
  get hasPasswords(): boolean {
    return this.#access.users.size > 0;
  }

  /** Replaces who may sign in. Who is no longer there, or has another password or role, is signed out. */
  replace(access: Access): void {
    const before = this.#access.users;
    this.#access = access;
    this.#sessions.keepOnly(({ name }) => {
      const [old, now] = [before.get(name), access.users.get(name)];
      return old === undefined || (old.passwordHash === now?.passwordHash && old.role === now.role);
    });
  }

  async userOf(request: Request): Promise<User | undefined> {
    return this.#userBy(request, (secret) => this.#sessions.find(secret));
  }

  /** The same for what began a while ago: it keeps no session alive. */
  async stillUserOf(request: Request): Promise<User | undefined> {
    return this.#userBy(request, (secret) => this.#sessions.peek(secret));
  }

  async #userBy(
    request: Request,
    bySession: (secret: string) => User | undefined,
  ): Promise<User | undefined> {
    const given = await this.#options.authorize?.(request);
    if (given !== undefined && given !== null) return given;
    const token = /^Bearer (\S{16,256})$/.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token !== undefined) return this.#byToken(token);
    const secret = readSession(request);
    return secret === undefined ? undefined : bySession(secret);
  }

  /** By a name and a password. Takes as long for a name that nobody has. */
  async signIn(name: string, password: string, address: string): Promise<SignIn> {
    if (this.#attempts.isBlocked(name, address)) return { status: 'later' };
    const account = this.#access.users.get(name);
    const isRight = await matchesPassword(password, account?.passwordHash ?? NOBODYS_HASH);
    if (account === undefined || !isRight) {
      this.#attempts.failed(name, address);
      return { status: 'wrong' };
    }
    this.#attempts.succeeded(name, address);
    return this.#begin({ name, role: account.role });
  }

  /** By the link that was printed when the dashboard was started. */
  useLink(secret: string): SignIn {
    if (this.link?.use(secret) !== true) return { status: 'wrong' };
    return this.#begin({ name: 'owner', role: 'admin' });
  }

  /** Whether it is a session that says who sends a request: what else does, the application's own sign-in say, does not end here. */
  canSignOut(request: Request, user: User | undefined): boolean {
    const secret = readSession(request);
    return user !== undefined && secret !== undefined && this.#sessions.peek(secret) === user;
  }

  signOut(request: Request): void {
    const secret = readSession(request);
    if (secret !== undefined) this.#sessions.end(secret);
  }

  #begin(user: User): SignIn {
    return { status: 'in', user, secret: this.#sessions.begin(user) };
  }

  #byToken(token: string): User | undefined {
    const sha256 = createHash('sha256').update(token).digest('hex');
    const found = this.#access.tokens.find((known) => isSame(known.sha256, sha256));
    if (found === undefined || this.#now() >= found.expiresAtMs) return undefined;
    return { name: found.name, role: found.role };
  }
}
