import type { PersonOutcome } from '@linstock/core';
import { JobNotFoundError, StateConflictError } from '@linstock/core';
import { changeByFilter } from './change-by-filter.ts';
import type { Change, ChangeFlags } from './change-flags.ts';
import type { Invocation } from './command.ts';
import { withClient } from './connect.ts';
import { CliError, UsageError } from './errors.ts';
import { escapeText, toJsonLine } from './escape.ts';
import { isSingle, readIds } from './ids.ts';
import { hasFilter } from './job-filters.ts';
import { inGroups } from './read-lines.ts';
import type { ReasonFlags } from './reason.ts';
import { reasonIn } from './reason.ts';

/** A job that was not changed, and why. */
interface Refusal {
  readonly id: string;
  readonly code: 'JOB_NOT_FOUND' | 'STATE_CONFLICT';
  /** The state that does not allow it. */
  readonly state: string | null;
}

const GROUP = 500;

/** Changes the jobs that are named by ids, or by filters. */
export function changeJobs(change: Change, invocation: Invocation<ChangeFlags>): Promise<void> {
  const { args, options } = invocation;
  const hasIds = (args[0] as string[]).length > 0;
  if (!hasFilter(options) && !hasIds)
    throw new UsageError(
      'name jobs by their ids, "-" for those on standard input, or by filters with --state',
    );
  if (!hasIds) return changeByFilter(change, invocation);
  if (hasFilter(options)) throw new UsageError('give either ids of jobs or filters, not both');
  for (const flag of ['rate', 'dryRun'] as const)
    if (options[flag] !== undefined)
      throw new UsageError(`${flag === 'rate' ? '--rate' : '--dry-run'} goes with filters, not with ids`);
  return changeByIds(change, invocation);
}

/** Changes the jobs named, some hundred at a time, so that any number may come from standard input. */
async function changeByIds(change: Change, invocation: Invocation<ReasonFlags>): Promise<void> {
  const { args, options, output } = invocation;
  const own = reasonIn(options);
  const refusals: Refusal[] = [];
  let total = 0;
  await withClient(await invocation.settings(), async (client) => {
    for await (const ids of inGroups(readIds(args[0] as string[]), GROUP)) {
      const outcomes = await change.apply(client, ids, own);
      for (const [i, id] of ids.entries()) {
        const refusal = refusalOf(id, outcomes[i] ?? 'GONE');
        if (refusal !== undefined) refusals.push(refusal);
        await printOne(invocation, change, { id, refusal });
      }
      total += ids.length;
    }
  });
  const changed = total - refusals.length;
  if (output.format === 'json') await output.json({ changed, refused: refusals });
  if (total === 0) throw new UsageError('no job was named: standard input was empty');
  throwForRefusals(change, refusals, total);
}

function refusalOf(id: string, outcome: PersonOutcome): Refusal | undefined {
  if (outcome === 'OK') return undefined;
  if (outcome === 'GONE') return { id, code: 'JOB_NOT_FOUND', state: null };
  return { id, code: 'STATE_CONFLICT', state: outcome === 'DAMAGED' ? 'damaged' : outcome };
}

async function printOne(
  { args, output }: Invocation<ReasonFlags>,
  { bulk: { verb }, done }: Change,
  { id, refusal }: { readonly id: string; readonly refusal: Refusal | undefined },
): Promise<void> {
  if (output.format === 'ndjson') {
    return output.write(toJsonLine(refusal ?? { id, code: 'OK', state: null }));
  }
  if (refusal !== undefined) {
    // A single job's refusal is the error of the whole command.
    if (output.isForPeople && !isSingle(args[0] as string[])) output.note(reasonOf(verb, refusal));
    return;
  }
  if (output.format === 'id') await output.write(escapeText(id));
  if (output.isForPeople) await output.write(`${escapeText(id)}  ${done}`);
}

function reasonOf(verb: string, { id, state }: Refusal): string {
  return errorOf(verb, id, state).message;
}

function errorOf(verb: string, id: string, state: string | null): JobNotFoundError | StateConflictError {
  return state === null ? new JobNotFoundError(id) : new StateConflictError(id, verb, state);
}

/** One cause for all: its own error. Several, or some that went well: part of a bulk failed. */
function throwForRefusals({ bulk: { verb } }: Change, refusals: readonly Refusal[], total: number): void {
  const [first] = refusals;
  if (first === undefined) return;
  const hasOneCause = refusals.length === total && refusals.every(({ code }) => code === first.code);
  if (hasOneCause && total === 1) throw errorOf(verb, first.id, first.state);
  const message = `${refusals.length} of ${total} jobs could not be changed (${verb})`;
  throw new CliError(hasOneCause ? first.code : 'BULK_PARTLY_FAILED', message, { refused: refusals.length });
}

/** Makes a change of one job of each of many, at once. */
export function changeEach(
  ids: readonly string[],
  change: (id: string) => Promise<void>,
): Promise<PersonOutcome[]> {
  return Promise.all(
    ids.map(async (id) => {
      try {
        await change(id);
        return 'OK';
      } catch (error) {
        if (error instanceof JobNotFoundError) return 'GONE';
        if (error instanceof StateConflictError) return error.fields['state'] as PersonOutcome;
        throw error;
      }
    }),
  );
}
