import type { ContractView, JobContract } from '@linstock/core';
import { LinstockError } from '@linstock/core';
import { describedContract } from '@linstock/core/internal';
import { onlyAllowed } from '../auth/allowed.ts';
import type { Call, Narrow, Parts, Route } from './call.ts';
import { fieldIn, param, textIn } from './call.ts';

/** The contract of the job that a body describes. @throws {OptionError} */
export async function contractIn({ body }: Call, { monitor }: Parts): Promise<JobContract> {
  const queue = textIn(body, 'queue', 128);
  const priority = textIn(body, 'priority', 16);
  const version = fieldIn(body, 'version');
  const own = {
    name: textIn(body, 'name', 128) ?? '',
    ...(queue !== undefined && { queue }),
    ...(priority !== undefined && { priority }),
    ...(version !== undefined && { version }),
  } as { name: string };
  return describedContract(monitor, own);
}

function inShort({ name, version, queue, priority, schemaStatus }: ContractView): object {
  return { name, version, queue, priority, hasSchema: schemaStatus === 'known' };
}

const list: Route['handle'] = async (_, { monitor }) => ({
  contracts: (await monitor.contracts()).map(inShort),
});

/** Those whose jobs usually go to a queue that somebody may see. */
const narrowList: Narrow = async (_, { monitor }, allows) => {
  const all = await monitor.contracts();
  const own = await onlyAllowed(all, ({ name, queue }) => ({ name, queue }), allows);
  return { contracts: own.map(inShort) };
};

async function get(call: Call, { monitor }: Parts): Promise<unknown> {
  const name = param(call, 'name');
  const contract = await monitor.contract(name);
  if (contract === undefined)
    throw new LinstockError('CONTRACT_NOT_FOUND', `no worker has described the job ${name}`, { name });
  return { contract };
}

export const CONTRACT_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/contracts',
    permission: 'read',
    summary: 'The jobs that workers have described when they started.',
    answer: '{ contracts }',
    handle: list,
    narrow: narrowList,
  },
  {
    method: 'GET',
    path: '/api/contracts/:name',
    permission: 'read',
    summary: 'One of them, with the JSON Schema of its input.',
    answer: '{ contract }',
    handle: get,
  },
];
