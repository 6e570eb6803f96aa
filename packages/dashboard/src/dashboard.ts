import { Client, Monitor } from '@linstock/core';
import { Courier, channelsOf } from './alerts/courier.ts';
import { AlertEngine } from './alerts/engine.ts';
import { createApp } from './app.ts';
import { Authentication } from './auth/authenticate.ts';
import { Seal } from './auth/seal.ts';
import { Assets } from './http/assets.ts';
import type { NodeHandler } from './http/node.ts';
import { toNodeHandler } from './http/node.ts';
import { HistoryReader } from './live/history.ts';
import { PulseReader } from './live/pulse.ts';
import { MetricsReader } from './metrics/metrics-reader.ts';
import type { AccessOptions, DashboardOptions, ResolvedDashboardOptions } from './options.ts';
import { checkAccess, resolveOptions } from './options.ts';

/** A dashboard: a handler to mount, and what ends it. */
export interface Dashboard {
  /** Web-standard: for Hono, Next.js route handlers, Bun, Deno; below any path. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** For Node's `http`, Express, Fastify and Koa; below any path. */
  readonly node: NodeHandler;
  /** With `signInLink`: the path and fragment that sign in one person, once; undefined without it. */
  readonly signInPath: string | undefined;
  /**
   * Replaces `users` and `tokens`: what is left out is there no longer, and whoever it concerns is signed out at once.
   * @throws {OptionError} then nothing is replaced
   */
  setAccess(access: AccessOptions): void;
  /** Closes its connections to Redis. */
  close(): Promise<void>;
}

/** Enqueues from here are not repeated for long: a person waits. */
const RETRY_FOR = '5s';

/**
 * Makes a dashboard of one installation.
 *
 * @example
 * const dashboard = createDashboard({ redis, authorize: (request) => userOf(request) });
 * app.use('/jobs', dashboard.node);
 *
 * @throws {OptionError} nothing says who may use it, or an option is wrong
 */
export function createDashboard(options: DashboardOptions): Dashboard {
  const resolved = resolveOptions(options);
  const { redis, namespace, shards, commandTimeout, codecs, redact } = options;
  const installation = {
    redis,
    ...(namespace !== undefined && { namespace }),
    ...(shards !== undefined && { shards }),
    ...(commandTimeout !== undefined && { commandTimeout }),
    ...(codecs !== undefined && { codecs }),
  };
  const client = new Client({ ...installation, retryFor: RETRY_FOR });
  const monitor = new Monitor({ ...installation, ...(redact !== undefined && { redact }) });
  const authentication = new Authentication(resolved, Date.now);
  const pulses = new PulseReader(monitor, Date.now);
  const histories = new HistoryReader(monitor, Date.now);
  const metrics = new MetricsReader(monitor, Date.now);
  const { courier, engine } = openAlerts(client, resolved);
  const seal = new Seal(resolved.secret);
  const readers = { monitor, pulses, histories, metrics };
  const parts = { ...readers, client, courier, authentication, seal, options: resolved };
  const app = createApp(parts, new Assets(), warn);
  return {
    fetch: async (request) => app.fetch(request),
    node: toNodeHandler((request, env) => app.fetch(request, env)),
    signInPath: authentication.link && `/#/sign-in?link=${authentication.link.secret}`,
    setAccess: (access) => authentication.replace(checkAccess(access)),
    async close() {
      pulses.close();
      const stopped = engine.stop();
      await courier.stop();
      await Promise.all([client.close(), monitor.close()]);
      await stopped;
    },
  };
}

/** What looks at alerts, and what tells of them. One that only shows looks only if it has somebody to tell. */
function openAlerts(
  client: Client,
  { alerting, title, isReadOnly }: ResolvedDashboardOptions,
): { readonly courier: Courier; readonly engine: AlertEngine } {
  const { lookout } = client.alerts;
  const sender = { installation: title, url: alerting.url };
  const courier = new Courier({ channels: channelsOf(alerting), lookout, sender });
  const engine = new AlertEngine({ lookout, courier, onError: (error) => warn(error, 'alerts') });
  if (!isReadOnly || courier.names.length > 0) engine.start();
  return { courier, engine };
}

function warn(error: Error, reference: string): void {
  process.emitWarning(`${reference}: ${error.stack ?? error.message}`, 'LinstockDashboard');
}
