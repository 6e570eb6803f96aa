import type { OperationView } from '@linstock/core';
import { BatchError, LinstockError } from '@linstock/core';
import type { Item } from '../auth/allowed.ts';
import { onlyAllowed } from '../auth/allowed.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
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

/** What an operation has looked at, and must look at, may be of other queues: only what it found is told. */
const ownOf = ({ total: _total, looked: _looked, ...operation }: OperationView): object => operation;

const aboutOperation = ({ id, filter: { queue } }: OperationView): Item => ({
  id,
  ...(queue !== undefined && { queue }),
});

const narrowOperations: Narrow = async (_, { client }, allows) => {
  const all = await client.operations.list({ most: 100 });
  return { operations: (await onlyAllowed(all, aboutOperation, allows)).map(ownOf) };
};

const narrowOperation: Narrow = async (call, { client }, allows) => {
  const found = await client.operations.get(param(call, 'id'));
  const [own] = await onlyAllowed(found === undefined ? [] : [found], aboutOperation, allows);
  if (own === undefined) throw new LinstockError('NOT_PERMITTED', 'you may not do this here', {});
  return { operation: ownOf(own) };
};

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
    narrow: narrowOperations,
  },
  {
    method: 'GET',
    path: '/api/operations/:id',
    permission: 'read',
    summary: 'How far one is.',
    answer: '{ operation }',
    handle: getOperation,
    narrow: narrowOperation,
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
