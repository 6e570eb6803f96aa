import type { FSWatcher } from 'node:fs';
import { readdirSync, watch } from 'node:fs';
import path from 'node:path';

const SOURCES = /\.(?:[cm]?[jt]sx?|json)$/;
/** Nobody edits sources there, and they may be huge. */
const PASSED_OVER = new Set(['node_modules', 'dist', 'coverage']);
/** More folders than this are not a project that a person edits. */
const MOST_FOLDERS = 2000;
/** An editor writes a file in several steps. */
const SETTLE_MS = 40;

/** Watches the sources below folders; `onChange` gets the file that was written first. Returns how to stop it. */
export function watchFiles(folders: readonly string[], onChange: (file: string) => void): () => void {
  const watchers = new Map<string, FSWatcher>();
  let settling: NodeJS.Timeout | undefined;

  const onEvent = (folder: string, name: string | null): void => {
    if (name === null) return;
    const file = path.join(folder, name);
    if (!SOURCES.test(name)) return addBelow(file);
    if (settling !== undefined) return;
    settling = setTimeout(() => {
      settling = undefined;
      onChange(file);
    }, SETTLE_MS);
  };

  const addBelow = (folder: string): void => {
    const name = path.basename(folder);
    if (!name.startsWith('.') && !PASSED_OVER.has(name)) addFolder(folder);
  };

  const addFolder = (folder: string): void => {
    if (watchers.has(folder) || watchers.size >= MOST_FOLDERS) return;
    try {
      const entries = readdirSync(folder, { withFileTypes: true });
      const watcher = watch(folder, (_event, name) => onEvent(folder, name));
      watchers.set(
        folder,
        watcher.on('error', () => forget(folder)),
      );
      for (const entry of entries) if (entry.isDirectory()) addBelow(path.join(folder, entry.name));
    } catch {
      // Not a folder, gone again, or not ours to read: there is nothing to watch.
    }
  };

  const forget = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };

  for (const folder of folders) addFolder(path.resolve(folder));
  return () => {
    clearTimeout(settling);
    for (const folder of watchers.keys()) forget(folder);
  };
}
