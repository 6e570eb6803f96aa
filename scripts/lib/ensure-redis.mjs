import { installWithApt, mayUseApt } from './apt.mjs';
import { isOnPath } from './on-path.mjs';
import { ScriptError } from './run.mjs';

const ADVICE = `Tests need the program redis-server (Redis 6.2 or newer) on PATH. Install it with
  Debian, Ubuntu   sudo apt-get update && sudo apt-get install redis-server
  Fedora           sudo dnf install redis
  Alpine           sudo apk add redis
  macOS            brew install redis
It need not run: every test starts its own on a free port.`;

/** Finds redis-server on PATH; on Debian, as root, installs it. */
export async function ensureRedis() {
  if (isOnPath('redis-server') || isOnPath('valkey-server')) return;
  if (!mayUseApt()) throw new ScriptError(ADVICE);
  process.stderr.write('Installing redis-server with apt-get (no service is started) …\n');
  const code = await installWithApt(['redis-server']);
  if (code !== 0)
    throw new ScriptError(`apt-get could not install redis-server (exit code ${code}).\n${ADVICE}`);
  if (!isOnPath('redis-server')) throw new ScriptError(ADVICE);
}
