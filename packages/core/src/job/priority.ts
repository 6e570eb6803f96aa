/** Priorities within a queue, most urgent first. A job's place in the list is the digit in its mark. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

/** One of {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number];

/** The digit of a priority. */
export function priorityDigit(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}
