import type { ScriptName } from '../redis/script.ts';
import type { Scene } from './scene.ts';
import { PERSON_SCENES } from './scenes-person.ts';
import { WORKER_SCENES } from './scenes-worker.ts';

/** One scene for each script. */
export const SCENES: Readonly<Record<ScriptName, Scene>> = { ...WORKER_SCENES, ...PERSON_SCENES };
