import type { Difference } from './key-space.ts';
import { without } from './key-space.ts';
import type { Effect } from './effect.ts';

/** How a script behaves for each of its keys that is damaged or missing, compared with its usual effect. */
export interface Deviations {
  /** It throws, and nothing has changed. */
  readonly refused?: readonly string[];
  /** It leaves this key alone and does all else, with the usual reply. */
  readonly skipped?: readonly string[];
  /** Nothing differs. */
  readonly same?: readonly string[];
  readonly otherwise?: Readonly<Record<string, Deviation>>;
}

/** What differs from the usual effect. */
export interface Deviation {
  /** Left out: as usual. */
  readonly reply?: unknown;
  /** Paths of usual changes that are not made, separated by `; `. `all`: none is made. */
  readonly undone?: string;
  /** Changes that are made instead, or besides. */
  readonly instead?: Difference;
}

/** The effect to expect, or undefined when no deviation names the key. */
export function expectedEffect(usual: Effect, key: string, deviations: Deviations): Effect | undefined {
  if (deviations.refused?.includes(key) === true) return { reply: 'an error', changes: {} };
  if (deviations.skipped?.includes(key) === true) return { ...usual, changes: without(usual.changes, key) };
  if (deviations.same?.includes(key) === true) return usual;
  const deviation = deviations.otherwise?.[key];
  if (deviation === undefined) return undefined;
  const { undone = '', instead = {} } = deviation;
  const paths = undone.split('; ');
  const kept = Object.entries(usual.changes).filter(([path]) => undone !== 'all' && !paths.includes(path));
  return {
    reply: 'reply' in deviation ? deviation.reply : usual.reply,
    changes: { ...Object.fromEntries(kept), ...instead },
  };
}
