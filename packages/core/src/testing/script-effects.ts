import { ALERT_EFFECTS } from './alert-rows.ts';
import type { Effect } from './effect.ts';
import { FLOW_EFFECTS } from './effects-flow.ts';
import { BATCH_EFFECTS } from './effects-batch.ts';
import { CHANGE_EFFECTS } from './effects-change.ts';
import { DESCRIBE_EFFECTS } from './describe-rows.ts';
import { LIMIT_EFFECTS } from './limit-rows.ts';
import { RECORD_EFFECTS } from './record-rows.ts';
import { SELECTION_EFFECTS } from './selection-rows.ts';
import { COUNT_EFFECTS } from './count-rows.ts';
import { SIFT_EFFECTS } from './sift-rows.ts';
import { STEER_EFFECTS } from './steer-rows.ts';
import { PERSON_EFFECTS } from './effects-person.ts';
import { WORKER_EFFECTS } from './effects-worker.ts';
import type { Written } from './script-scenes.ts';

/** The effect of each script in its scene. */
export const EFFECTS: Readonly<Record<Written, Effect>> = {
  ...WORKER_EFFECTS,
  ...PERSON_EFFECTS,
  ...BATCH_EFFECTS,
  ...FLOW_EFFECTS,
  ...CHANGE_EFFECTS,
  ...LIMIT_EFFECTS,
  ...RECORD_EFFECTS,
  ...STEER_EFFECTS,
  ...SIFT_EFFECTS,
  ...COUNT_EFFECTS,
  ...SELECTION_EFFECTS,
  ...DESCRIBE_EFFECTS,
  ...ALERT_EFFECTS,
};
