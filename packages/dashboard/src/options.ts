import type { CodecOptions, InstallationOptions } from '@linstock/core';
import { OptionError } from '@linstock/core';
import { anything, checkOptions, INSTALLATION_RULES, shortText, yesOrNo } from '@linstock/core/internal';
import type { Rule } from '@linstock/core/internal';
import type { AlertingOptions } from './alerts/options.ts';
import { checkAlerting } from './alerts/options.ts';
import { isPasswordHash } from './auth/passwords.ts';
import type { Resource } from './auth/resource.ts';
import type { Role, User } from './auth/user.ts';
import { checkRole } from './auth/user.ts';

/** A person who signs in with a password. */
export interface UserOptions {
  readonly name: string;
  /** What `hashPassword()` has made. */
  readonly passwordHash: string;
  /** @default "viewer" */
  readonly role?: Role;
}

/** A program that sends `Authorization: Bearer <token>`. */
export interface TokenOptions {
  /** Whose name stands in the audit log. */
  readonly name: string;
  /** SHA-256 of the token, 64 hexadecimal digits; the token itself has at least 16 characters. */
  readonly sha256: string;
  /** @default "viewer" */
  readonly role?: Role;
  /** From then on it is worth nothing. @default never */
  readonly expiresAt?: Date | string;
}

/** Options of a dashboard. One of `authorize`, `users`, `tokens` and `signInLink` must be there: nothing is open to everybody. */
export interface DashboardOptions extends InstallationOptions {
  /** Who makes a request, by what your application knows of it; null: nobody. */
  readonly authorize?: (request: Request) => User | null | Promise<User | null>;
  /**
   * Whether somebody whose role allows an action may do it to this: to give people their own queues. Asked for every request;
   * false: 403, or of a list of everything only the entries for which it is true. Actions are named in `GET api/openapi.json`.
   * @default what the role allows
   */
  readonly can?: (user: User, action: string, resource: Resource) => boolean | Promise<boolean>;
  readonly users?: readonly UserOptions[];
  readonly tokens?: readonly TokenOptions[];
  /** Makes a link that signs in one person once, within 10 minutes: `dashboard.signInPath`. For loopback. @default false */
  readonly signInLink?: boolean;
  /** Nothing can be changed, by nobody. @default false */
  readonly readOnly?: boolean;
  /**
   * 32 to 1,000 characters of chance, the same in all processes that serve one dashboard: a page of a list that is narrowed by
   * `can` leads on in each of them. @default each process has its own
   */
  readonly secret?: string;
  /** Names under which it may be reached, `host` or `host:port`. @default those of loopback; with `authorize`: any */
  readonly allowedHosts?: readonly string[];
  /** Names its installation where it says which one it shows. @default the namespace */
  readonly title?: string;
  /** Keys of encrypted payloads, as for a client. */
  readonly codecs?: CodecOptions;
  /** Fields to mask beside the usual ones, as for a monitor. */
  readonly redact?: readonly string[];
  /** Who is told of alerts; docs/dashboard.md. @default nobody: alerts are only shown */
  readonly alerts?: AlertingOptions;
}

const RULES: Readonly<Record<string, Rule>> = {
  ...INSTALLATION_RULES,
  authorize: anything,
  can: anything,
  users: anything,
  tokens: anything,
  signInLink: yesOrNo,
  readOnly: yesOrNo,
  secret: anything,
  allowedHosts: anything,
  title: shortText(64),
  codecs: anything,
  redact: anything,
  alerts: anything,
};

/** Who may sign in, and programs: what can be replaced while a dashboard runs. */
export type AccessOptions = Pick<DashboardOptions, 'users' | 'tokens'>;

/** {@link AccessOptions}, checked. */
export interface Access {
  readonly users: ReadonlyMap<string, { readonly passwordHash: string; readonly role: Role }>;
  readonly tokens: readonly (Required<Omit<TokenOptions, 'expiresAt'>> & { readonly expiresAtMs: number })[];
}

/** Whether somebody may do it, in one word. */
type Can = (...asked: Parameters<NonNullable<DashboardOptions['can']>>) => Promise<boolean>;

/** Options, checked and complete. */
export interface ResolvedDashboardOptions {
  readonly authorize: DashboardOptions['authorize'];
  readonly can: Can | undefined;
  readonly access: Access;
  readonly hasSignInLink: boolean;
  readonly isReadOnly: boolean;
  readonly secret: string | undefined;
  /** Undefined: any. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly title: string;
  readonly alerting: AlertingOptions;
}

/** Names of loopback, without a port. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Checks and completes options. @throws {OptionError} */
export function resolveOptions(options: DashboardOptions): ResolvedDashboardOptions {
  checkOptions(options ?? {}, RULES, 'Dashboard');
  const { authorize, can, users = [], tokens = [], signInLink = false, allowedHosts } = options;
  if (authorize !== undefined && typeof authorize !== 'function')
    throw new OptionError('Dashboard.authorize', 'must be a function', authorize);
  if (can !== undefined && typeof can !== 'function')
    throw new OptionError('Dashboard.can', 'must be a function', can);
  if (authorize === undefined && users.length === 0 && tokens.length === 0 && !signInLink)
    throw new OptionError(
      'Dashboard.authorize',
      'is required, or "users", "tokens" or "signInLink": a dashboard shows data and changes jobs, so it is never open to everybody',
      undefined,
    );
  const isOwn = authorize !== undefined && allowedHosts === undefined;
  return {
    authorize,
    can: can && strictly(can),
    access: checkAccess({ users, tokens }),
    hasSignInLink: signInLink,
    isReadOnly: options.readOnly ?? false,
    secret: checkSecret(options.secret),
    hosts: isOwn ? undefined : new Set((allowedHosts ?? LOOPBACK).map((host) => host.toLowerCase())),
    title: options.title ?? options.namespace ?? 'ls',
    alerting: checkAlerting(options.alerts, 'Dashboard.alerts'),
  };
}

/** @throws {OptionError} which does not show it */
function checkSecret(secret: string | undefined): string | undefined {
  if (secret === undefined || (shortText(1000)(secret) === undefined && secret.length >= 32)) return secret;
  throw new OptionError('Dashboard.secret', 'must be a text of 32 to 1,000 characters', '(not shown)');
}

/** Whatever its type says, an application answers: an object that says no, or a word, is no yes. */
function strictly(can: NonNullable<DashboardOptions['can']>): Can {
  return async (...asked) => {
    const answer: unknown = await can(...asked);
    return answer === true;
  };
}

/** @throws {OptionError} */
export function checkAccess({ users = [], tokens = [] }: AccessOptions): Access {
  return { users: new Map(users.map(checkUser)), tokens: tokens.map(checkToken) };
}

function checkUser({ name, passwordHash, role = 'viewer' }: UserOptions, i: number) {
  const where = `Dashboard.users[${i}]`;
  const problem = shortText(64)(name);
  if (problem !== undefined) throw new OptionError(`${where}.name`, problem, name);
  if (!isPasswordHash(passwordHash))
    throw new OptionError(`${where}.passwordHash`, 'must be what hashPassword() makes', '(not shown)');
  return [name, { passwordHash, role: checkRole(role, `${where}.role`) }] as const;
}

function checkToken({ name, sha256, role = 'viewer', expiresAt }: TokenOptions, i: number) {
  const where = `Dashboard.tokens[${i}]`;
  const problem = shortText(64)(name);
  if (problem !== undefined) throw new OptionError(`${where}.name`, problem, name);
  if (!/^[0-9a-f]{64}$/i.test(sha256))
    throw new OptionError(`${where}.sha256`, 'must be SHA-256 as 64 hexadecimal digits', '(not shown)');
  const expiresAtMs = expiresAt === undefined ? Infinity : new Date(expiresAt).getTime();
  if (Number.isNaN(expiresAtMs))
    throw new OptionError(`${where}.expiresAt`, 'must be a Date, or an instant as ISO 8601', expiresAt);
  return { name, sha256: sha256.toLowerCase(), role: checkRole(role, `${where}.role`), expiresAtMs };
}
