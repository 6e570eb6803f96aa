import { LUA } from '../generated/lua.ts';
import { KEY } from '../redis/keys.ts';
import type { ScriptName } from '../redis/script.ts';
import { ALERT_SCENES } from './alert-rows.ts';
import { CHANGE_SCENES } from './scenes-change.ts';
import { BATCH_SCENES } from './scenes-batch.ts';
import { FLOW_SCENES } from './scenes-flow.ts';
import { DESCRIBE_SCENES } from './describe-rows.ts';
import { LIMIT_SCENES } from './limit-rows.ts';
import { RECORD_SCENES } from './record-rows.ts';
import type { Scene } from './scene.ts';
import { SELECTION_SCENES } from './selection-rows.ts';
import { COUNT_SCENES } from './count-rows.ts';
import { SIFT_SCENES } from './sift-rows.ts';
import { STEER_SCENES } from './steer-rows.ts';
import { USUAL_KEYS } from './scene.ts';
import { PERSON_SCENES } from './scenes-person.ts';
import { WORKER_SCENES } from './scenes-worker.ts';

/** Scripts whose rows in these tables are still to be written; docs/status.md says so too. */
export const PENDING = [] as const satisfies readonly ScriptName[];

/** Scripts that have rows. */
export type Written = Exclude<ScriptName, (typeof PENDING)[number]>;

/** All of them. */
export const SCRIPTS = (Object.keys(LUA) as ScriptName[]).filter(
  (script): script is Written => !(PENDING as readonly string[]).includes(script),
);

/** One scene for each script. */
export const SCENES: Readonly<Record<Written, Scene>> = {
  ...WORKER_SCENES,
  ...PERSON_SCENES,
  ...FLOW_SCENES,
  ...CHANGE_SCENES,
  ...BATCH_SCENES,
  ...LIMIT_SCENES,
  ...RECORD_SCENES,
  ...STEER_SCENES,
  ...SIFT_SCENES,
  ...COUNT_SCENES,
  ...SELECTION_SCENES,
  ...DESCRIBE_SCENES,
  ...ALERT_SCENES,
};

const NAME_OF = new Map<string, string>(Object.entries(KEY).map(([name, key]) => [key, name]));

/** Names of the keys that stand in the text of a script. */
export function keyNames(script: ScriptName): string[] {
  const keys = [...LUA[script].matchAll(/\bP ?\.\. ?'([^']+)'/g)].map(
    ([, key]) => NAME_OF.get(key ?? '') ?? '',
  );
  return [...new Set(keys)].filter((name) => name !== 'none');
}

/** Every key that a script may touch in its scene: those that the scene names, and the usual ones of all others. */
export function keysOf(script: Written): string[] {
  const own = SCENES[script].keys as Readonly<Record<string, readonly string[]>>;
  const keys = keyNames(script).flatMap((name) => own[name] ?? USUAL_KEYS[name] ?? []);
  return [...new Set(keys)];
}
