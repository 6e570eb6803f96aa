import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

const SERVER_NAMES = ['redis-server', 'valkey-server'] as const;

/** A server program that is installed on this machine. */
export interface FoundServer {
  readonly kind: (typeof SERVER_NAMES)[number];
  /** Absolute path of the program. */
  readonly path: string;
}

/** Looks for `redis-server`, then `valkey-server`, in the folders of a search path (default: `PATH`). */
export function findServer(searchPath = process.env['PATH'] ?? ''): FoundServer | undefined {
  const folders = searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const kind of SERVER_NAMES) {
    for (const folder of folders) {
      const candidate = path.join(folder, process.platform === 'win32' ? `${kind}.exe` : kind);
      if (isExecutableFile(candidate)) return { kind, path: candidate };
    }
  }
  return undefined;
}

function isExecutableFile(candidate: string): boolean {
  try {
    accessSync(candidate, constants.X_OK);
    return statSync(candidate).isFile();
  } catch {
    // Not there, or not ours to run: both mean "look further".
    return false;
  }
}
