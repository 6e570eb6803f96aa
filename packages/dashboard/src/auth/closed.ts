import type { Parts, Route } from '../api/call.ts';
import { actionOf } from './resource.ts';
import type { User } from './user.ts';
import { isAllowed } from './user.ts';

/** Pages, and parts of them, that are there only for whoever may see all of what they are about. */
const WHOLE_PAGES: readonly (readonly [page: string, action: string])[] = [
  ['history', 'history.read'],
  ['batches', 'batches.read'],
  ['workers', 'overview.read'],
  ['workers', 'live.read'],
  ['limits', 'limits.read'],
  ['alerts', 'alerts.read'],
  ['audit', 'audit.read'],
  ['redis', 'servers.read'],
];
/** What is done to something in a queue. */
const OF_QUEUES: ReadonlySet<string> = new Set([
  'jobs',
  'queues',
  'recurring',
  'bulk',
  'operations',
  'selections',
]);
/** After so many questions what is not known yet counts as open: whoever tries it is refused then. */
const MOST_ASKED = 2000;

interface Asking {
  readonly user: User;
  readonly parts: Parts;
  readonly routes: readonly Route[];
}

/**
 * Pages that are closed to a person, and actions that they may do to nothing: neither to everything, nor in any queue that there
 * is. For what is shown only: every request is decided about by itself.
 */
export async function closedTo({ user, parts, routes }: Asking): Promise<readonly string[]> {
  const { can, isReadOnly } = parts.options;
  if (can === undefined) return [];
  let asked = 0;
  const may = async (action: string, queue?: string): Promise<boolean> => {
    const [kind = ''] = action.split('.', 1);
    if (asked++ >= MOST_ASKED) return true;
    try {
      return await can(user, action, { kind, ...(queue !== undefined && { queue }) });
    } catch {
      // Requests tell what is wrong with it; whoever is signed in still learns that they are.
      return false;
    }
  };
  const queues = await queueNames(parts);
  const mayAny = async (action: string): Promise<boolean> => {
    if (await may(action)) return true;
    const [kind = ''] = action.split('.', 1);
    if (!OF_QUEUES.has(kind)) return false;
    const at = await firstIndex(queues, (queue) => may(action, queue));
    // Where somebody may do one thing, they may mostly do the next.
    if (at >= 0) queues.unshift(...queues.splice(at, 1));
    return at >= 0;
  };
  const pages = WHOLE_PAGES.map(([page, action]) => [page, action, may] as const);
  const changes = isReadOnly
    ? []
    : changesOf(routes, user).map((action) => [action, action, mayAny] as const);
  const closed: string[] = [];
  for (const [name, action, test] of [...pages, ['new', 'jobs.create', mayAny] as const, ...changes])
    if (!(await test(action))) closed.push(name);
  return [...new Set(closed)];
}

function changesOf(routes: readonly Route[], { role }: User): readonly string[] {
  return routes
    .filter(({ permission }) => permission !== 'public' && permission !== 'read')
    .filter(({ permission }) => isAllowed(role, permission))
    .map(actionOf);
}

async function queueNames({ pulses }: Parts): Promise<string[]> {
  try {
    return (await pulses.latest()).queues.map(({ name }) => name);
  } catch {
    // Redis is away: whoever is signed in is to learn that, and not that they are nobody.
    return [];
  }
}

async function firstIndex<T>(items: readonly T[], test: (item: T) => Promise<boolean>): Promise<number> {
  for (const [i, item] of items.entries()) if (await test(item)) return i;
  return -1;
}
