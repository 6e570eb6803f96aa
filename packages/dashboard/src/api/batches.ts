import { BatchError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { actorOf, numberIn, param } from './call.ts';
import { REASON, whole } from './fields.ts';

async function list({ query }: Call, { client }: Parts): Promise<unknown> {
  const most = numberIn(query, 'limit', { least: 1, most: 500, otherwise: 100 });
  return { batches: await client.batches.list({ most }) };
}

async function get(call: Call, { client, monitor }: Parts): Promise<unknown> {
  const id = param(call, 'id');
  const batch = await client.batches.get(id);
  if (batch === undefined)
    throw new BatchError('BATCH_NOT_FOUND', 'does not exist, or retention removed it', id);
  const from = numberIn(call.query, 'offset', { most: 1e6, otherwise: 0 });
  const ids = await client.batches.members(id, { from, most: 100 });
  const members = await Promise.all(
    ids.map(
      async (member) => (await monitor.job(member)) ?? (await client.batches.get(member)) ?? { id: member },
    ),
  );
  return { batch, members };
}

async function cancel(call: Call, { client }: Parts): Promise<unknown> {
  return { changed: await client.batches.cancel(param(call, 'id'), actorOf(call)) };
}

async function listOperations(_: Call, { client }: Parts): Promise<unknown> {
  return { operations: await client.operations.list({ most: 100 }) };
}

async function getOperation(call: Call, { client }: Parts): Promise<unknown> {
  return { operation: await client.operations.get(param(call, 'id')) };
}

async function cancelOperation(call: Call, { client }: Parts): Promise<unknown> {
  return { changed: await client.operations.cancel(param(call, 'id'), actorOf(call)) };
}

export const BATCH_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/batches',
    permission: 'read',
    summary: 'Batches and workflows, the newest first.',
    answer: '{ batches }',
    query: { limit: whole('At most so many; default 100, most 500.') },
    handle: list,
  },
  {
    method: 'GET',
    path: '/api/batches/:id',
    permission: 'read',
    summary: 'One, with its members.',
    answer: '{ batch, members }',
    query: { offset: whole('Members to pass over.') },
    handle: get,
  },
  {
    method: 'POST',
    path: '/api/batches/:id/cancel',
    permission: 'steer',
    summary: 'Cancels what has not ended of it.',
    answer: '{ changed }',
    body: REASON,
    handle: cancel,
  },
  {
    method: 'GET',
    path: '/api/operations',
    permission: 'read',
    summary: 'Bulk operations, the newest first.',
    answer: '{ operations }',
    handle: listOperations,
  },
  {
    method: 'GET',
    path: '/api/operations/:id',
    permission: 'read',
    summary: 'How far one is.',
    answer: '{ operation }',
    handle: getOperation,
  },
  {
    method: 'POST',
    path: '/api/operations/:id/cancel',
    permission: 'steer',
    summary: 'Ends one; what it has changed stays.',
    answer: '{ changed }',
    body: REASON,
    handle: cancelOperation,
  },
];
