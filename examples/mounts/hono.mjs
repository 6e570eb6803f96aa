import { serve } from '@hono/node-server';
import { Hono } from 'hono';

export async function start(dashboard) {
  const app = new Hono();
  app.get('/', (c) => c.text('the application'));
  app.all('/jobs', (c) => dashboard.fetch(c.req.raw));
  app.all('/jobs/*', (c) => dashboard.fetch(c.req.raw));
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ port, close: () => server.close() }),
    );
  });
}
