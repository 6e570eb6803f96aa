import type { Session } from './session.ts';

/** An id that nobody ever made. */
export const UNKNOWN_ID = '7ZZZZZZZZZZZZZZZZZZZZZZZZZ';

/** A claim's number as it travels. */
export const claimNumber = (n: number): string => String(n).padStart(12, '0');

/** One of several, chosen by a number. */
export function pick<T>(all: readonly T[], by: number): T | undefined {
  return all[by % Math.max(1, all.length)];
}

/** Up to `most` ids that were made at some time, sometimes an unknown one, sometimes one twice. */
export function someIds(session: Session, by: number, most = 3): string[] {
  const recent = session.ids.slice(-12);
  const all = pick([session.ids, session.world.succeeded, recent, recent, recent], by) ?? recent;
  const start = Math.floor(by / 5);
  const ids = Array.from({ length: 1 + (start % most) }, (_, i) => pick(all, start + i * 3) ?? UNKNOWN_ID);
  if (by % 17 === 0) ids.push(UNKNOWN_ID);
  if (by % 7 === 0) ids.push(ids[0] ?? UNKNOWN_ID);
  return ids;
}

/** Executes a call, or only remembers that it was sent: then it arrives later or never. */
export async function send(
  session: Session,
  call: Parameters<Session['call']>[0],
  late: boolean,
): Promise<unknown> {
  session.sent.push(call);
  return late ? undefined : session.call(call);
}
