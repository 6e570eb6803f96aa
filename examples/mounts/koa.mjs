import { once } from 'node:events';
import Koa from 'koa';

export async function start(dashboard) {
  const app = new Koa();
  app.use(async (ctx, next) => {
    if (!/^\/jobs(?:\/|$)/.test(ctx.path)) return next();
    // Koa leaves the answer to the dashboard.
    ctx.respond = false;
    dashboard.node(ctx.req, ctx.res);
  });
  app.use((ctx) => {
    ctx.body = 'the application';
  });
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}
