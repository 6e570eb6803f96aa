import { isOpen } from './api.ts';
import type { TextKey } from './i18n.ts';

/** Pages of the menu: their path, their text, and the key that follows `g`. */
const MENU: readonly (readonly [path: string, text: TextKey, key: string])[] = [
  ['', 'overview', 'o'],
  ['jobs', 'jobs', 'j'],
  ['errors', 'errors', 'e'],
  ['queues', 'queues', 'q'],
  ['recurring', 'recurring', 'r'],
  ['batches', 'batches', 'b'],
  ['workers', 'workers', 'w'],
  ['operations', 'operations', 'p'],
  ['limits', 'limits', 'l'],
  ['alerts', 'alerts', 'n'],
  ['audit', 'audit', 'a'],
  ['redis', 'redis', 'd'],
];

/** The pages that are there for whoever is signed in. */
export const menu = (): typeof MENU => MENU.filter(([path]) => isOpen(path));
