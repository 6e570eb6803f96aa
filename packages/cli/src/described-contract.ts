import type { JobContract, Monitor } from '@linstock/core';
import { defineJob } from '@linstock/core';

/**
 * The contract of a job that somebody writes by hand: what workers have described, and a queue where one is named. The version
 * is the first: whoever names none has an input of that one in mind. Throws `INVALID_OPTION`.
 */
export async function describedContract(
  monitor: Monitor,
  own: { readonly name: string; readonly queue?: string },
): Promise<JobContract> {
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
