import type { BulkFilter, Client, JobState, OperationView } from '@linstock/core';
import { MOST_SELECTED } from '@linstock/core';
import { statesFor } from '@linstock/core/internal';
import { canAsk, confirm } from './ask.ts';
import type { Change, ChangeFlags } from './change-flags.ts';
import type { Invocation } from './command.ts';
import { withBoth } from './connect.ts';
import { CliError, UsageError } from './errors.ts';
import { grouped } from './format-number.ts';
import { followOperation, waitForOperation } from './follow-operation.ts';
import { wantedJobs } from './job-filters.ts';
import { operationJson } from './operation-view.ts';
import type { Output } from './output.ts';
import { reasonIn } from './reason.ts';
import type { Chosen } from './select-jobs.ts';
import { chooseJobs } from './select-jobs.ts';

/** One operation, from its count to its end. */
interface Run {
  readonly client: Client;
  readonly change: Change;
  readonly options: ChangeFlags;
  readonly output: Output;
}

/** Changes all jobs that filters name, by one bulk operation. */
export async function changeByFilter(
  change: Change,
  { options, output, settings }: Invocation<ChangeFlags>,
): Promise<void> {
  const state = checkFilters(change, options);
  await withBoth(await settings(), async ({ client, monitor }) => {
    const wanted = await wantedJobs(monitor, options);
    const chosen = await chooseJobs({ client, monitor }, wanted, state);
    await countAndChange({ client, change, options, output }, chosen);
  });
}

/** What can be known to be wrong before anything is asked or looked for. */
function checkFilters({ bulk: { verb } }: Change, { state, dryRun, yes }: ChangeFlags): JobState {
  const states = statesFor(verb);
  const all = `one of ${states.join(', ')}`;
  if (state === undefined) throw new UsageError(`${verb} by filter needs --state, ${all}`);
  if (!states.includes(state))
    throw new UsageError(`--state ${state}: ${verb} changes no such jobs; it must be ${all}`);
  if (dryRun !== true && yes !== true && !canAsk())
    throw new UsageError(
      `${verb} by filter changes all jobs that match: count them with --dry-run, then add --yes; or run it on a terminal`,
    );
  return state;
}

async function countAndChange(run: Run, { filter, isFull }: Chosen): Promise<void> {
  const { options, output } = run;
  if (isFull)
    output.warn(
      `more than ${grouped(MOST_SELECTED)} jobs match: one operation takes so many, run it again for the rest`,
    );
  if (options.dryRun === true) return printEnd(run, await count(run, filter));
  if (options.yes === true) return printEnd(run, await carryOut(run, filter));
  const counted = await count(run, filter);
  if (counted.matched === 0) return printEnd(run, counted);
  await confirm(`${capital(run.change.bulk.verb)} ${jobsText(counted.matched)}?`);
  // What has come since was not counted.
  await printEnd(run, await carryOut(run, { ...filter, olderThan: new Date(counted.createdAt) }));
}

async function count({ client, change, options }: Run, filter: BulkFilter): Promise<OperationView> {
  const handle = await client.bulk({ ...change.bulk, filter, dryRun: true, ...reasonIn(options) });
  return waitForOperation(handle);
}

async function carryOut(
  { client, change, options, output }: Run,
  filter: BulkFilter,
): Promise<OperationView> {
  const rate = options.rate === undefined ? {} : { ratePerSecond: options.rate };
  const handle = await client.bulk({ ...change.bulk, filter, ...rate, ...reasonIn(options) });
  return followOperation(handle, output);
}

async function printEnd({ change, output }: Run, view: OperationView): Promise<void> {
  const { id, dryRun, matched, changed, failed } = view;
  const { verb } = change.bulk;
  await output.sheet({
    json: operationJson(view),
    id,
    fields: [
      dryRun ? [`Would ${verb}`, jobsText(matched)] : [capital(change.done), jobsText(changed)],
      ...(failed === 0 ? [] : [['Failed', jobsText(failed), 'bad'] as const]),
      ['Operation', id],
    ],
  });
  if (view.state === 'cancelled')
    throw new CliError('OPERATION_CANCELLED', `operation ${id} was cancelled by somebody before its end`);
  if (failed > 0)
    throw new CliError(
      'BULK_PARTLY_FAILED',
      `${failed} of ${matched} jobs could not be changed (${verb}): other jobs hold unique keys that they need`,
      { failed },
    );
}

function jobsText(n: number): string {
  return n === 1 ? '1 job' : `${grouped(n)} jobs`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
