import { count, duration } from '../format.ts';
import type { Alert } from '../types.ts';

/** A number of jobs, or a time, whichever an alert is about. */
export function amount(value: number | undefined, { ageMs }: Pick<Alert, 'ageMs'>): string {
  if (value === undefined) return '–';
  return ageMs === undefined ? count(value) : duration(value);
}
