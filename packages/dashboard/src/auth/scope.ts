import type { Call, Parts, Route } from '../api/call.ts';
import type { Allows } from './allowed.ts';
import type { Resource } from './resource.ts';
import { actionOf, resourcesOf } from './resource.ts';

/**
 * Whether, and how far, the application itself lets this person do it: all of it, not at all, or only what it allows entry by
 * entry. A request that names a queue is about that one: refused, it stays refused. @throws {RedisError}
 */
export async function scopeOf(route: Route, call: Call, parts: Parts): Promise<'all' | 'nothing' | Allows> {
  const { user } = call;
  const { can } = parts.options;
  if (can === undefined || user === undefined || route.permission === 'public') return 'all';
  const action = actionOf(route);
  const ask = async (resource: Resource): Promise<boolean> => can(user, action, resource);
  const resources = await resourcesOf(route, call, parts);
  const isAllowed = await every(resources, ask);
  if (route.narrow === undefined) return isAllowed ? 'all' : 'nothing';
  const [kind = ''] = action.split('.', 1);
  const isOfQueue = resources.some(({ queue }) => queue !== undefined);
  // What is changed must be in a queue that is allowed.
  if (!isAllowed && (isOfQueue || route.permission !== 'read')) return 'nothing';
  // A search in a queue goes through the jobs of others: who may not see all learns nothing of how many those are.
  if (isAllowed && (!isOfQueue || (await ask({ kind })))) return 'all';
  return (item) => ask({ kind, ...item });
}

async function every<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if (!(await test(item))) return false;
  return true;
}
