// Node's own server.
import { once } from 'node:events';
import { createServer } from 'node:http';

export async function start(dashboard) {
  const server = createServer((request, response) => {
    if (/^\/jobs(?:\/|$)/.test(request.url)) dashboard.node(request, response);
    else response.end('the application');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: server.address().port, close: () => server.close() };
}
