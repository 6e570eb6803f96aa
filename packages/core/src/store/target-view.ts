import type { Priority } from '../job/priority.ts';
import { PRIORITIES } from '../job/priority.ts';

/** What jobs were given; what is left out stays as it was. */
export interface TargetView {
  readonly queue?: string;
  readonly priority?: Priority;
  /** So long after each was changed they are due, ms. */
  readonly inMs?: number;
  /** When they are due. */
  readonly at?: Date;
}

/** What is stored of a target, in an operation and in the audit log; an empty text: as it was. */
export function targetView(stored: unknown): TargetView {
  const { queue, priority, delay, at } = Object(stored) as Readonly<Record<string, unknown>>;
  const name = priority === '' || priority === undefined ? undefined : PRIORITIES[Number(priority)];
  return {
    ...(typeof queue === 'string' && queue !== '' && { queue }),
    ...(name !== undefined && { priority: name }),
    ...(typeof delay === 'number' && { inMs: delay }),
    ...(typeof at === 'number' && { at: new Date(at) }),
  };
}
