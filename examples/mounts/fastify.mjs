import fastify from 'fastify';

export async function start(dashboard) {
  const app = fastify();
  app.get('/', async () => 'the application');
  app.register(async (jobs) => {
    // The dashboard reads its bodies itself.
    jobs.removeAllContentTypeParsers();
    jobs.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const show = (request, reply) => {
      reply.hijack();
      dashboard.node(request.raw, reply.raw);
    };
    jobs.all('/jobs', show);
    jobs.all('/jobs/*', show);
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { port: app.server.address().port, close: () => app.close() };
}
