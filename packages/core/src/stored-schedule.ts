import type { Schedule } from './job/schedule.ts';
import { parseSchedule } from './job/schedule.ts';
import type { StoredSchedule } from './store/recurring-store.ts';

/** The schedule of a stored definition. @throws {OptionError} it cannot be used */
export function parseStored({ startAt, endAt, ...rest }: StoredSchedule): Schedule {
  return parseSchedule(
    {
      ...rest,
      ...(startAt !== undefined && { startAt: new Date(startAt) }),
      ...(endAt !== undefined && { endAt: new Date(endAt) }),
    },
    'recurring',
  );
}
