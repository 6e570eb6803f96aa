import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { isOnPath } from './on-path.mjs';
import { run } from './run.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether packages can be installed here: Debian, as root. */
export function mayUseApt() {
  return existsSync('/etc/debian_version') && process.getuid?.() === 0 && isOnPath('apt-get');
}

/** Installs Debian's packages without starting their services; resolves to the exit code. */
export async function installWithApt(packages) {
  // RUNLEVEL 1: the second net, where a policy file of somebody else permits services.
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, toStderr: true };
  return withoutStartingServices(async () => {
    await run('apt-get', ['update'], options);
    return run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], options);
  });
}

/** Debian starts a service as soon as it is installed, unless this file forbids it. */
async function withoutStartingServices(install) {
  const isOurs = !existsSync(POLICY);
  if (isOurs) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await install();
  } finally {
    if (isOurs) rmSync(POLICY, { force: true });
  }
}
