import { fitsName } from './name-pattern.ts';
import type { JobView } from './store/job-reader.ts';

type Keys = JobView['keys'];

/** The keys that a qualifier looks at; those of locks and groups are named as the options that give them. */
const KEYS: Readonly<Record<string, (keys: Keys) => readonly (string | undefined)[]>> = {
  unique: ({ unique }) => [unique],
  key: ({ key }) => [key],
  debounce: ({ debounce }) => [debounce],
  throttle: ({ throttle }) => [throttle],
  limit: ({ limits, rates }) => [...limits, ...rates],
  group: ({ group }) => [group],
};

/** Qualifiers for what ties a job. */
export const KEY_QUALIFIERS = Object.keys(KEYS);

/** Whether a job is tied by such a key; undefined: that is no qualifier for keys. */
export function keyTest(qualifier: string, value: string): ((job: JobView) => boolean) | undefined {
  const keysOf = Object.hasOwn(KEYS, qualifier) ? KEYS[qualifier] : undefined;
  return keysOf && (({ keys }) => keysOf(keys).some((key) => key !== undefined && fitsName(key, value)));
}
