import { once } from 'node:events';
import express from 'express';

export async function start(dashboard) {
  const app = express();
  app.use(express.json());
  app.get('/', (_request, response) => response.send('the application'));
  app.use('/jobs', dashboard.node);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}
