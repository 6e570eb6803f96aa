import type { Configuration } from './configuration.ts';
import { configure } from './configuration.ts';
import type { Rules } from './rules.ts';

/** One rule weakened, and a small world in which that shows. */
export interface Mutant {
  readonly name: string;
  readonly change: Partial<Rules>;
  readonly configuration: Configuration;
}

export const mutant = (
  name: string,
  change: Partial<Rules>,
  draft: Parameters<typeof configure>[0],
): Mutant => ({
  name,
  change,
  configuration: configure({ jobs: ['a'], ...draft, name }),
});
