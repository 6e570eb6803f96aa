import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MetricFamily } from '@linstock/core';
import { METRICS_TYPE, metricsText } from '@linstock/core/internal';
import { insideOf, Worker } from '../worker.ts';
import type { ProbeAddress, ProbeAnswer, ProbeServer } from './probe-server.ts';
import { listen } from './probe-server.ts';
import type { ProbeHealth } from './vitals.ts';
import { healthOf } from './vitals.ts';
import { workerMetrics } from './worker-metrics.ts';

/** What a probe tells of. */
export interface ProbeSource {
  health(): ProbeHealth | Promise<ProbeHealth>;
  metrics(): Promise<readonly MetricFamily[]>;
}

/** Answers `GET …/livez`, `…/readyz` and `…/metrics`. */
export interface Probe extends ProbeSource {
  /** Web-standard, to mount it in a server of your own. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** For Node's `http` and what is made on top of it. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => void;
  /** Serves it on a port of its own, which does not keep the process alive. @throws {LinstockError} `PORT_UNAVAILABLE` */
  listen(address: ProbeAddress): Promise<ProbeServer>;
}

/**
 * Makes a probe of a worker: whether it lives and takes jobs, and metrics for Prometheus. The worker counts from now on, so make
 * it before `start`. docs/observability.md has what it tells.
 *
 * @example
 * const probe = await createProbe(worker).listen({ port: 9090, host: '0.0.0.0' });
 * await worker.start();
 * process.once('SIGTERM', () => void worker.stop().then(() => probe.close()));
 */
export function createProbe<Scope>(of: Worker<Scope> | ProbeSource): Probe {
  const source = of instanceof Worker ? sourceOf(of) : of;
  const answer = (method: string | undefined, path: string): Promise<ProbeAnswer> =>
    answerTo(source, method, path);
  const node: Probe['node'] = ({ method, url = '/' }, response) => {
    void answer(method, url.split('?', 1)[0] ?? '/').then(({ status, type, body }) =>
      response
        .writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' })
        .end(method === 'HEAD' ? undefined : body),
    );
  };
  return {
    health: () => source.health(),
    metrics: () => source.metrics(),
    async fetch({ method, url }) {
      const { status, type, body } = await answer(method, new URL(url).pathname);
      const headers = { 'Content-Type': type, 'Cache-Control': 'no-store' };
      return new Response(method === 'HEAD' ? null : body, { status, headers });
    },
    node,
    listen: (address) => listen(node, address),
  };
}

function sourceOf<Scope>(worker: Worker<Scope>): ProbeSource {
  const { meter, vitals } = insideOf(worker);
  return { health: () => healthOf(vitals()), metrics: () => workerMetrics(meter, vitals()) };
}

/** Never throws. */
async function answerTo(source: ProbeSource, method: string | undefined, path: string): Promise<ProbeAnswer> {
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD');
  try {
    switch (path.slice(path.lastIndexOf('/'))) {
      case '/livez': {
        const { isLive, reason } = await source.health();
        return isLive ? plain(200, 'ok') : plain(503, reason);
      }
      case '/readyz': {
        const { isReady, reason } = await source.health();
        return plain(isReady ? 200 : 503, reason);
      }
      case '/metrics':
        return { status: 200, type: METRICS_TYPE, body: metricsText(await source.metrics()) };
      default:
        return plain(404, 'there are /livez, /readyz and /metrics');
    }
  } catch (error) {
    return plain(500, error instanceof Error ? error.message : String(error));
  }
}

function plain(status: number, text: string): ProbeAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` };
}
