import type { Rule } from './options.ts';
import { jobName } from './options.ts';

/** A job's name; with a `*` at its end, what names begin with. */
export const namePattern: Rule = (value) => {
  const problem = jobName(typeof value === 'string' ? value.replace(/\*$/, '') : value);
  return problem && `${problem}; a "*" may stand at its end`;
};

/** Whether a name is the one that is wanted, or begins so. */
export function fitsName(name: string, wanted: string): boolean {
  return wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
}
