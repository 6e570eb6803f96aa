import type { JobContract } from '@linstock/core';
import { defineJob, LinstockError } from '@linstock/core';
import type { Call, Parts, Route } from './call.ts';
import { fieldIn, param, textIn } from './call.ts';

/**
 * The contract of a job that somebody writes by hand: what the body says, and else what workers have described. The version is
 * only the body's: whoever names none has an input of the first one in mind. @throws {OptionError}
 */
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
  const contract = defineJob(own);
  const known = await monitor.contract(contract.name);
  if (known === undefined) return contract;
  const { timeoutMs: timeout, ...options } = known.options;
  try {
    return defineJob({ queue: known.queue, priority: known.priority, timeout, ...options, ...own });
  } catch {
    // Described by a newer worker, in words that are not known here.
    return contract;
  }
}

async function list(_: Call, { monitor }: Parts): Promise<unknown> {
  const contracts = await monitor.contracts();
  return {
    contracts: contracts.map(({ name, version, queue, priority, schemaStatus }) => ({
      name,
      version,
      queue,
      priority,
      hasSchema: schemaStatus === 'known',
    })),
  };
}

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
