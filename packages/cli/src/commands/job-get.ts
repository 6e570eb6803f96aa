import type { Monitor } from '@linstock/core';
import { JobNotFoundError } from '@linstock/core';
import { defineCommand } from '../command.ts';
import { withMonitor } from '../connect.ts';
import { UsageError } from '../errors.ts';
import { isSingle, readIds } from '../ids.ts';
import { jobJson, jobSheet } from '../job-view.ts';
import type { JobJson } from '../job-view.ts';
import type { Output } from '../output.ts';

export const jobGet = defineCommand({
  usage: 'get <id...>',
  summary: 'Show jobs with their history; "-" reads ids from standard input.',
  details: 'With --json: one id gives an object, several or "-" give {"jobs": […]}.',
  examples: [
    'linstock job get 01JZ7Q4N0W6F3V8Y2K5T9R1X00',
    'linstock job list --state failed -o id | linstock job get - -o ndjson',
  ],
  run: async ({ args, output, settings }) => {
    const ids = args[0] as string[];
    await withMonitor(await settings(), async (monitor) => {
      if (isSingle(ids)) return output.sheet(jobSheet(await getJob(monitor, ids[0] ?? '')));
      await printMany(monitor, ids, output);
    });
  },
});

async function getJob(monitor: Monitor, id: string): Promise<JobJson> {
  const job = await monitor.job(id);
  if (job === undefined) throw new JobNotFoundError(id);
  return jobJson(job);
}

/** Prints those that exist, then says which one did not. */
async function printMany(monitor: Monitor, args: readonly string[], output: Output): Promise<void> {
  const jobs: JobJson[] = [];
  let missing: JobNotFoundError | undefined;
  let isFirst = true;
  for await (const id of readIds(args)) {
    const job = await monitor.job(id);
    if (job === undefined) missing ??= new JobNotFoundError(id);
    else if (output.format === 'json') jobs.push(jobJson(job));
    else {
      if (output.isForPeople && !isFirst) await output.write('');
      await output.sheet(jobSheet(jobJson(job)));
    }
    isFirst = false;
  }
  if (output.format === 'json') await output.json({ jobs });
  if (missing !== undefined) throw missing;
  if (isFirst) throw new UsageError('no job was named: standard input was empty');
}
