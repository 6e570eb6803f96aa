import type { Effect } from './effect.ts';
import type { Difference, Entry, KeySpace } from './key-space.ts';
import { GONE } from './key-space.ts';

/**
 * What holds for every script, whichever of its keys is missing or of another type: it refuses and changes nothing, or it
 * loses nothing. No record goes that would not go otherwise, unless it is set aside with its bytes; and a job that had a place
 * where somebody finds it has one afterwards. Returns what breaks this: changes made before an error, and ids that were lost.
 */
export function losses(
  usual: Effect,
  found: Effect,
  spaces: { readonly before: KeySpace; readonly after: KeySpace },
): string[] {
  if (found.reply === 'an error') return Object.keys(found.changes);
  return [...lostRecords(usual, found.changes), ...lostPlaces(spaces.before, spaces.after)];
}

function lostRecords(usual: Effect, changes: Difference): string[] {
  return Object.entries(changes)
    .filter(([path, value]) => path.startsWith('job:') && value === GONE && usual.changes[path] !== GONE)
    .map(([path]) => path)
    .filter((path) => changes[`quarantine:${path.slice('job:'.length)}`] === undefined);
}

/** Jobs that were where somebody finds them, are still to run, and are there no more. */
function lostPlaces(before: KeySpace, after: KeySpace): string[] {
  const [was, is] = [placed(before), placed(after)];
  return [...after]
    .filter(([path, record]) => path.startsWith('job:') && isToRun(record))
    .map(([path]) => path.slice('job:'.length))
    .filter((id) => was.has(id) && !is.has(id));
}

/** Not yet ended: its state's letter, and no line that says it succeeded. */
function isToRun(record: Entry): boolean {
  return typeof record === 'string' && /^[SEBAP]\w{3}\d/.test(record) && !record.includes('\nS ');
}

const LISTS = /^(ready|suspects|blocked|group|members):/;
const FIELDS = /^(scheduled|parked:[^ ]+|awaiting|processing:[^ ]+:[^ ]+) (?<id>[^ ]+)$/;

/** Ids that stand in a structure from which a script takes jobs; what was set aside is there for a person. */
function placed(space: KeySpace): Set<string> {
  const ids = new Set<string>();
  for (const [path, entry] of space) {
    if (LISTS.test(path) && Array.isArray(entry)) for (const id of entry as readonly string[]) ids.add(id);
    const id = FIELDS.exec(path)?.groups?.['id'];
    if (id !== undefined) ids.add(id);
  }
  return ids;
}
