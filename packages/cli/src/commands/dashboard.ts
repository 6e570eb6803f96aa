import { defineCommand, option, plainOption } from '../command.ts';
import { openConnection } from '../connect.ts';
import { wholeNumberFrom } from '../parse-values.ts';
import { dashboardHashPassword } from './dashboard-hash-password.ts';
import { DASHBOARD_HOST, DASHBOARD_PORT, isLoopback, serveDashboard } from '../serve-dashboard.ts';
import { listenForStop } from '../signals.ts';

interface Flags {
  readonly host?: string;
  readonly port?: number;
  readonly readOnly?: boolean;
  readonly authFile?: string;
  readonly alertsFile?: string;
  readonly allowHost?: readonly string[];
}

export const dashboard = defineCommand<Flags>({
  usage: 'dashboard',
  summary: 'Serve the web dashboard.',
  details:
    'On loopback it prints a link that signs in whoever opens it first, within ten minutes. Elsewhere it needs --auth-file: JSON with "users" ({"name", "passwordHash", "role"}) and "tokens" ({"name", "sha256", "role"}); roles are viewer, operator and admin; linstock dashboard hash-password makes a "passwordHash". The file is read again when it changes. A port that is taken leads to the next one.',
  examples: [
    'linstock dashboard',
    'linstock dashboard --read-only --port 8080',
    'linstock dashboard --alerts-file alerts.json',
    'linstock dashboard --host 0.0.0.0 --auth-file auth.json --allow-host jobs.example.com',
  ],
  commands: [dashboardHashPassword],
  stopsItself: true,
  options: [
    plainOption('--host <address>', `address to listen at (default ${DASHBOARD_HOST})`),
    option('--port <n>', `port; 0: any (default ${DASHBOARD_PORT})`, wholeNumberFrom(0, 65_535)),
    plainOption('--read-only', 'show everything, change nothing'),
    plainOption('--auth-file <file>', 'who may sign in'),
    plainOption('--alerts-file <file>', 'who is told of alerts: JSON with "webhooks" and "mail"'),
    plainOption('--allow-host <name...>', 'names under which it is reached, such as jobs.example.com'),
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const settings = await invocation.settings();
    const signals = listenForStop({ hurry: () => undefined, kill: () => undefined });
    (await openConnection(settings)).close();
    const { host = DASHBOARD_HOST, allowHost } = options;
    const served = await serveDashboard(settings, {
      host,
      port: options.port ?? DASHBOARD_PORT,
      readOnly: options.readOnly,
      authFile: options.authFile,
      alertsFile: options.alertsFile,
      allowedHosts: allowHost,
      onWrongAuth: (message) => output.warn(`${message}; who may sign in stays as it was`),
    });
    output.note(`dashboard ${served.url}`);
    // Who opens it from elsewhere uses the name of this machine, which it cannot know.
    if (!isLoopback(host) && allowHost === undefined)
      output.note(
        `it answers to the names ${served.names.join(', ')} only; give it others with --allow-host, such as --allow-host jobs.example.com`,
      );
    await signals.first;
    await served.close();
  },
});
