import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AccessOptions, AlertingOptions, Dashboard } from '@linstock/dashboard';
import { createDashboard } from '@linstock/dashboard';
import { CliError, UsageError } from './errors.ts';
import type { Settings } from './options.ts';

/** How a dashboard is served. */
export interface DashboardPlan {
  readonly host: string;
  readonly port: number;
  readonly readOnly?: boolean | undefined;
  /** A JSON file with `users` and `tokens`; without it, a link signs in one person. */
  readonly authFile?: string | undefined;
  /** Told when the file has changed and cannot be used; who may sign in stays as it was. */
  readonly onWrongAuth?: (message: string) => void;
  /** A JSON file with who is told of alerts. */
  readonly alertsFile?: string | undefined;
  /** Names under which it is reached, beside its own. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** A dashboard that is served. */
export interface ServedDashboard {
  /** Signs in whoever opens it first; with users of its own, just its address. */
  readonly url: string;
  /** What a browser may call it; by any other name it refuses to answer. */
  readonly names: readonly string[];
  close(): Promise<void>;
}

/** Where it is served when nothing else is said. */
export const DASHBOARD_HOST = '127.0.0.1';
export const DASHBOARD_PORT = 4680;
const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** A port that is taken is not the end: the next ones are tried. */
const PORTS_TRIED = 20;
/** So often the file is looked at. */
const AUTH_LOOK_MS = 2000;
const REQUEST_MS = 30_000;
const HEADERS_BYTES = 16 * 1024;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host);
}

/** Serves a dashboard. @throws {CliError} it would be open to the network, or no port is free */
export async function serveDashboard(settings: Settings, plan: DashboardPlan): Promise<ServedDashboard> {
  const auth = plan.authFile === undefined ? undefined : readAuth(plan.authFile);
  if (auth === undefined && !isLoopback(plan.host))
    throw new CliError(
      'DASHBOARD_OPEN',
      `a dashboard at ${plan.host} can be reached from other machines, and needs --auth-file with users or tokens`,
    );
  const alerts = plan.alertsFile === undefined ? undefined : readAlerts(plan.alertsFile);
  const own = ['localhost', '127.0.0.1', '[::1]', bracketed(plan.host)];
  const names = [...new Set([...own, ...(plan.allowedHosts ?? [])])];
  const dashboard = createDashboard({
    redis: settings.redis,
    namespace: settings.namespace,
    readOnly: plan.readOnly ?? false,
    ...(alerts !== undefined && { alerts }),
    ...(auth ?? { signInLink: true }),
    allowedHosts: names,
  });
  try {
    const { server, port } = await listen(dashboard, plan);
    const at = `http://${bracketed(plan.host)}:${port}`;
    const unfollow = followAuth(dashboard, plan);
    const stop = (): Promise<void> => {
      unfollow();
      return close(dashboard, server);
    };
    return { url: at + (dashboard.signInPath ?? '/'), names, close: stop };
  } catch (error) {
    await dashboard.close();
    throw error;
  }
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function listen(
  dashboard: Dashboard,
  { host, port }: DashboardPlan,
): Promise<{ server: Server; port: number }> {
  const limits = { maxHeaderSize: HEADERS_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS / 2 };
  for (let next = port; ; next++) {
    const server = createServer(limits, (request, response) => dashboard.node(request, response));
    const problem = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      server.once('error', resolve).listen(next, host, () => resolve(undefined));
    });
    if (problem === undefined) return { server, port: (server.address() as { port: number }).port };
    const isLast = next === port + PORTS_TRIED || next === 65_535;
    if (problem.code !== 'EADDRINUSE' || isLast)
      throw new CliError('PORT_UNAVAILABLE', `port ${next} of ${host} cannot be used: ${problem.message}`);
  }
}

async function close(dashboard: Dashboard, server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Streams of viewers stay open by themselves.
  server.closeAllConnections();
  await closed;
  await dashboard.close();
}

/** Whoever is taken out of the file is out within seconds; a file that is wrong changes nothing, and is told. */
function followAuth(dashboard: Dashboard, { authFile, onWrongAuth }: DashboardPlan): () => void {
  if (authFile === undefined) return () => undefined;
  const read = (): void => {
    try {
      dashboard.setAccess(readAuth(authFile));
    } catch (error) {
      onWrongAuth?.(error instanceof Error ? error.message : String(error));
    }
  };
  watchFile(authFile, { interval: AUTH_LOOK_MS, persistent: false }, read);
  return () => unwatchFile(authFile, read);
}

function readAuth(file: string): AccessOptions {
  const { users, tokens } = readFile<AccessOptions>(file, '--auth-file with "users" and "tokens"');
  return { ...(users !== undefined && { users }), ...(tokens !== undefined && { tokens }) };
}

/** What stands in it is checked as an option of the dashboard. */
function readAlerts(file: string): AlertingOptions {
  return readFile<AlertingOptions>(file, '--alerts-file with "webhooks" and "mail"');
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- what stands there is checked where it is used
function readFile<T extends object>(file: string, what: string): T {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8')) as T | null;
    if (typeof value !== 'object' || value === null) throw new TypeError('it holds no object');
    return value;
  } catch (error) {
    // A message of JSON.parse holds a piece of the text, which may be a secret.
    const reason = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new UsageError(`${file} cannot be read as ${what}: ${reason}`);
  }
}
