import { randomBytes } from 'node:crypto';
import { Client } from '@linstock/core';
import type { Dashboard } from '../dashboard.ts';
import { createDashboard } from '../dashboard.ts';
import type { DashboardOptions } from '../options.ts';
import type { Role } from '../auth/user.ts';

/** A dashboard of an installation of its own. Who asks says so in a header, as an application would know it. */
export class Board {
  readonly namespace = `board-${randomBytes(5).toString('hex')}`;
  readonly client: Client;
  readonly dashboard: Dashboard;

  constructor(redis: string, options: Partial<DashboardOptions> = {}) {
    this.client = new Client({ redis, namespace: this.namespace });
    this.dashboard = createDashboard({
      redis,
      namespace: this.namespace,
      authorize: (request) => {
        const role = request.headers.get('x-role') as Role | null;
        return role === null ? null : { name: 'ada', role };
      },
      ...options,
    });
  }

  /** A request as the dashboard's own page makes it. */
  async ask(
    method: string,
    path: string,
    { role, body, headers = {} }: { role?: Role; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const isSafe = method === 'GET' || method === 'HEAD';
    return this.dashboard.fetch(
      new Request(`http://localhost:4680${path}`, {
        method,
        headers: {
          host: 'localhost:4680',
          ...(!isSafe && { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' }),
          ...(role !== undefined && { 'x-role': role }),
          ...headers,
        },
        ...(!isSafe && { body: JSON.stringify(body ?? {}) }),
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.client.close(), this.dashboard.close()]);
  }
}
