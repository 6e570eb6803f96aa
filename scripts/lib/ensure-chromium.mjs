import { existsSync } from 'node:fs';
import { installWithApt, mayUseApt } from './apt.mjs';
import { isOnPath } from './on-path.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Whether a browser for the dashboard's tests is there; on Debian, as root, installs it. Without one those tests are left out, and say so. */
export async function ensureChromium() {
  if (process.env.CHROMIUM_PATH !== undefined && existsSync(process.env.CHROMIUM_PATH)) return;
  if (NAMES.some(isOnPath)) return;
  if (!mayUseApt()) {
    process.stderr.write(
      'No Chromium on PATH: the tests in a browser are left out. Install chromium to run them.\n',
    );
    return;
  }
  process.stderr.write('Installing chromium with apt-get …\n');
  await installWithApt(['chromium']);
}
