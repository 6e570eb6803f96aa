import type { JobContract } from './contract.ts';
import { defineJob } from './contract.ts';
import type { Monitor } from './monitor.ts';

/** What somebody says of a job. */
type Said = Parameters<typeof defineJob>[0];

/**
 * The contract of a job that somebody writes by hand: what they say, and else what workers have described. The version is only
 * theirs: whoever names none has an input of the first one in mind. @throws {OptionError}
 */
export async function describedContract(
  monitor: Pick<Monitor, 'contract'>,
  said: Said,
): Promise<JobContract> {
  const contract = defineJob(said);
  const known = await monitor.contract(contract.name);
  if (known === undefined) return contract;
  const { timeoutMs: timeout, ...options } = known.options;
  try {
    return defineJob({ queue: known.queue, priority: known.priority, timeout, ...options, ...said });
  } catch {
    // Described by a newer worker, in words that are not known here.
    return contract;
  }
}
