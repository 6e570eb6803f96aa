import { PAGE } from './calls.ts';
import type { Step } from './commands.ts';
import { pick, someIds } from './picks.ts';
import { QUEUES } from './producer-model.ts';
import type { Session } from './session.ts';

const KEEP = 3;

/** A person's call has no number, and is never sent again by itself. */
const change =
  (verb: 'cancel' | 'requeue' | 'delete' | 'force') =>
  (session: Session, [by = 0]: readonly number[]): Promise<unknown> =>
    session.call({ verb, ids: someIds(session, by), keep: KEEP });

const queueOf = (by: number): string => pick(QUEUES, by) ?? 'mail';

async function purge(session: Session, [which = 0, most = 0]: readonly number[]): Promise<void> {
  await session.call({ verb: 'purge', queue: queueOf(which), most: most % 2 === 0 ? PAGE : 1 + (most % 3) });
}

/** A pause is soon over, or most runs would stand still. */
const toggle = (session: Session, [which = 0]: readonly number[]): Promise<unknown> => {
  const paused = pick([...session.world.paused], which);
  if (paused !== undefined && which % 9 > 0) return session.call({ verb: 'resume', queue: paused });
  return session.call({ verb: which % 3 === 0 ? 'pause' : 'resume', queue: queueOf(which) });
};

const watch = (session: Session, [by = 0, forMs = 0]: readonly number[]): Promise<unknown> =>
  session.call({ verb: 'watch', ids: someIds(session, by), forMs: 1 + (forMs % 3) * 10_000 });

async function trim(session: Session, [many = 0, old = 0]: readonly number[]): Promise<void> {
  const retention = {
    succeededCount: many % 6 === 0 ? 4 : 100,
    succeededMs: 1_000 + (old % 5) * 10_000,
    failedCount: many % 4 === 0 ? 2 : 100,
    failedMs: 1_000 + (old % 4) * 20_000,
  };
  await session.call({ verb: 'trim', retention });
}

export const PERSONS: readonly Step[] = [
  { name: 'cancel', weight: 4, act: change('cancel') },
  { name: 'requeue', weight: 4, act: change('requeue') },
  { name: 'delete', weight: 1, act: change('delete') },
  { name: 'force', weight: 1, act: change('force') },
  { name: 'purge', weight: 1, act: purge },
  { name: 'toggle', weight: 3, act: toggle },
  { name: 'watch', weight: 1, act: watch },
  { name: 'trim', weight: 2, act: trim },
];
