import { OptionError } from '@linstock/core';

/** What a person may do: look; also steer jobs, queues and recurring jobs; also remove. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** One of {@link ROLES}; each may do what those before it may. */
export type Role = (typeof ROLES)[number];

/** Who uses the dashboard. */
export interface User {
  readonly name: string;
  readonly role: Role;
  /**
   * Where they are, as the audit log shall tell it: for an `authorize` behind a proxy that it trusts.
   * @default the address that the request comes from, where the server tells it
   */
  readonly from?: string;
}

/**
 * What a route does, for who decides about it. `public`: needs nobody to be signed in; `read`, and then, from harmless to final:
 * `steer` (requeue, cancel, pause, trigger, enqueue), `remove` (delete, purge).
 */
export type Permission = 'public' | 'read' | 'steer' | 'remove';

const LEAST: Readonly<Record<Exclude<Permission, 'public'>, Role>> = {
  read: 'viewer',
  steer: 'operator',
  remove: 'admin',
};

/** Whether a role may do what a permission stands for. */
export function isAllowed(role: Role, permission: Permission): boolean {
  return permission === 'public' || ROLES.indexOf(role) >= ROLES.indexOf(LEAST[permission]);
}

/** Checks a role that somebody wrote. @throws {OptionError} */
export function checkRole(role: unknown, where: string): Role {
  if (ROLES.includes(role as Role)) return role as Role;
  throw new OptionError(where, `must be one of ${ROLES.join(', ')}`, role);
}
