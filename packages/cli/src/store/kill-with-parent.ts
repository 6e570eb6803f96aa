import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

// `read` returns false at the end of its input: this process is gone, whatever ended it (SIGKILL included).
// A line means "let go". Signals of the terminal are not for the guard.
const GUARD =
  'trap "" INT TERM HUP; read -r _ && exit 0; kill -9 "$0" 2>/dev/null; [ -z "$1" ] || rm -rf -- "$1"';

/** A guard over one process; `release` when that process has ended, or its number may be somebody else's. */
export interface Guard {
  release(): void;
}

/**
 * Ends process `pid` when this process dies in any way, and then removes `directory` (optional).
 * A server that outlives its owner would keep writing to files that the next start also opens.
 * Does nothing on Windows, where neither server program exists.
 */
export function killWithParent(pid: number, directory = ''): Guard {
  if (process.platform === 'win32') return { release: () => undefined };
  const guard = spawn('/bin/sh', ['-c', GUARD, String(pid), directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  // The guard may already be gone when it is told to let go.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  if (guard.stdin instanceof Socket) guard.stdin.unref();
  return { release: () => guard.stdin.end('let go\n') };
}
