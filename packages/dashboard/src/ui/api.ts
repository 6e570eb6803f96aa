import { signal } from '@preact/signals';

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly option?: string;
}

/** Why the API refused. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** The name of what is wrong, where it has one: the last part of `recurring.cron`. */
  readonly field: string | undefined;

  constructor(status: number, { code, message, option }: Refusal) {
    super(message);
    this.field = option?.slice(option.lastIndexOf('.') + 1);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

/** Who is signed in. */
export interface Session {
  readonly user: { readonly name: string; readonly role: 'viewer' | 'operator' | 'admin' } | null;
  /** Pages, and actions, that there is nothing for them to see or to do it to. */
  readonly closed: readonly string[];
  readonly readOnly: boolean;
  readonly title: string | null;
  readonly hasPasswords: boolean;
  /** Not where the application says who somebody is. */
  readonly canSignOut: boolean;
}

/** Undefined until the first answer. */
export const session = signal<Session | undefined>(undefined);

const TIMEOUT_MS = 15_000;

/** Whether a page, or an action, is there for whoever is signed in. */
export function isOpen(what: string): boolean {
  return session.value?.closed.includes(what) !== true;
}

/** Whether one may do what needs a role; `action`: to anything at all. */
export function may(what: 'steer' | 'remove', action = ''): boolean {
  const { user, readOnly } = session.value ?? { user: null, readOnly: true };
  if (user === null || readOnly || !isOpen(action)) return false;
  return user.role === 'admin' || (what === 'steer' && user.role === 'operator');
}

async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`api/${path}`, {
    method,
    credentials: 'same-origin',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(method !== 'GET' && {
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    }),
  });
  const json = (await response.json().catch(() => ({}))) as { error?: Refusal };
  if (response.ok) return json as T;
  if (response.status === 401 && path !== 'session') await refreshSession();
  throw new ApiError(response.status, json.error ?? { code: 'UNKNOWN', message: response.statusText });
}

/** Reads. */
export function get<T>(path: string): Promise<T> {
  return ask<T>('GET', path);
}

/** Changes. */
export function post<T>(path: string, body?: unknown): Promise<T> {
  return ask<T>('POST', path, body);
}

/** Asks who is signed in. */
export async function refreshSession(): Promise<void> {
  session.value = await get<Session>('session');
}

export async function signOut(): Promise<void> {
  await ask('DELETE', 'session');
  await refreshSession();
}
