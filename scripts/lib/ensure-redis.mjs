import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { run, ScriptError } from './run.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

const ADVICE = `Tests need the program redis-server (Redis 6.2 or newer) on PATH. Install it with
  Debian, Ubuntu   sudo apt-get update && sudo apt-get install redis-server
  Fedora           sudo dnf install redis
  Alpine           sudo apk add redis
  macOS            brew install redis
It need not run: every test starts its own on a free port.`;

/** Finds redis-server on PATH; on Debian, as root, installs it. */
export async function ensureRedis() {
  if (isOnPath('redis-server') || isOnPath('valkey-server')) return;
  const mayInstall = existsSync('/etc/debian_version') && process.getuid?.() === 0 && isOnPath('apt-get');
  if (!mayInstall) throw new ScriptError(ADVICE);
  process.stderr.write('Installing redis-server with apt-get (no service is started) …\n');
  await withoutStartingServices(installWithApt);
  if (!isOnPath('redis-server')) throw new ScriptError(ADVICE);
}

async function installWithApt() {
  // RUNLEVEL 1: the second net, where a policy file of somebody else permits services.
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, toStderr: true };
  await run('apt-get', ['update'], options);
  const code = await run('apt-get', ['install', '-y', '--no-install-recommends', 'redis-server'], options);
  if (code !== 0)
    throw new ScriptError(`apt-get could not install redis-server (exit code ${code}).\n${ADVICE}`);
}

/** Debian starts a service as soon as it is installed, unless this file forbids it. */
async function withoutStartingServices(install) {
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await install();
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, name), constants.X_OK);
      return true;
    } catch {
      // Not in this folder.
      return false;
    }
  });
}
