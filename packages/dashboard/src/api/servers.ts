import type { Call, Parts, Route } from './call.ts';

async function list(_: Call, { monitor }: Parts): Promise<unknown> {
  const begun = performance.now();
  const servers = await monitor.servers();
  return { servers, answeredInMs: performance.now() - begun };
}

export const SERVER_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/servers',
    permission: 'read',
    summary: 'The Redis servers that hold the jobs: version, memory, persistence.',
    answer: '{ servers, answeredInMs }',
    handle: list,
  },
];
