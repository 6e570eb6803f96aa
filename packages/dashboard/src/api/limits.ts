import type { Call, Parts, Route } from './call.ts';

const MOST = 200;

async function list(_: Call, { monitor }: Parts): Promise<unknown> {
  return { blocks: await monitor.blocks({ most: MOST }) };
}

export const LIMIT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/limits',
    permission: 'read',
    summary: 'Limits, rates and paused names that jobs wait for, and who has their places.',
    answer: '{ blocks }',

    handle: list,
  },
];
