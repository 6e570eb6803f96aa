import type { ScriptName } from '../redis/script.ts';
import type { Effect } from './effect.ts';
import { PERSON_EFFECTS } from './effects-person.ts';
import { WORKER_EFFECTS } from './effects-worker.ts';

/** The effect of each script in its scene. */
export const EFFECTS: Readonly<Record<ScriptName, Effect>> = { ...WORKER_EFFECTS, ...PERSON_EFFECTS };
