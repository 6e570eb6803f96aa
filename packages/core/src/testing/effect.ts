import type { Difference } from './key-space.ts';

/** What a script answers, and all that it changes, in the short names of `readable.ts`. */
export interface Effect {
  readonly reply: unknown;
  readonly changes: Difference;
}
