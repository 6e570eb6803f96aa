import type { JobGroup, ProducerCall } from '../store/job-store.ts';
import type { Step } from './commands.ts';
import { pick, send } from './picks.ts';
import { codeOf, QUEUES } from './producer-model.ts';
import type { Session } from './session.ts';

const DELAYS_MS = [0, 1, 400, 3_000, 20_000];

/** Whether a job's payload lies apart; always the same for an id. */
const isLarge = (id: string): boolean => id.charAt(1) === '3';

function group(session: Session, verb: 'enqueue' | 'schedule', picks: readonly number[]): JobGroup {
  const [a = 0, b = 0, c = 0] = picks;
  const queue = pick(QUEUES, a) ?? 'mail';
  const priority = 1 + (b % 2);
  const ids = Array.from({ length: 1 + (c % 4) }, () => session.newId());
  // The same again: most of these jobs exist, some are gone.
  const same = b % 3 === 0 ? pick(session.ids, c) : undefined;
  if (same !== undefined && !ids.includes(same)) ids.push(same);
  const delay = pick(DELAYS_MS, a + b) ?? 0;
  const due = c % 2 === 0 ? `in ${delay}` : `at ${session.world.now + delay}`;
  const jobs = ids.flatMap((id) => [
    id,
    record(id, `${verb === 'enqueue' ? 'E' : 'S'}${codeOf(queue)}${priority}`),
  ]);
  return { queue, code: codeOf(queue), place: verb === 'enqueue' ? String(priority) : due, jobs };
}

function record(id: string, place: string): string {
  return `${place}00${'-'.repeat(24)}\ngreet\n${isLarge(id) ? '' : `"${id}"`}`;
}

/** Most calls have their lane's next number; some the last one again, one before, or wrong codes. */
export async function produce(
  session: Session,
  verb: 'enqueue' | 'schedule',
  picks: readonly number[],
): Promise<void> {
  const [, , , lanePick = 0, kind = 0, groupCount = 0, late = 0] = picks;
  const lane = lanePick % 2;
  const last = session.numbers.get(lane) ?? 0;
  const groups = [group(session, verb, picks)];
  if (groupCount % 4 === 0) groups.push(group(session, verb, picks.slice(1)));
  const ids = groups.flatMap(({ jobs }) => jobs.filter((_, i) => i % 2 === 0));
  const call: ProducerCall = {
    client: 'shop',
    lane,
    call: kind % 12 === 0 ? Math.max(1, last - (kind % 3)) : last + 1,
    touch: kind % 2 === 0,
    largePayloads: [...new Set(ids)].filter(isLarge).map((id) => ({ id, payload: `"large ${id}"` })),
    groups: kind % 13 === 1 ? groups.map((one) => ({ ...one, code: 'zzz' })) : groups,
  };
  session.numbers.set(lane, Math.max(last, call.call));
  await send(session, { verb, call }, late % 8 === 0);
}

export const PRODUCERS: readonly Step[] = [
  { name: 'enqueue', weight: 8, act: (session, picks) => produce(session, 'enqueue', picks) },
  { name: 'schedule', weight: 3, act: (session, picks) => produce(session, 'schedule', picks) },
];
