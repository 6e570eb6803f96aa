import type { Client } from '@linstock/core';
import { JobEndedError, JobNotFoundError, WaitTimeoutError } from '@linstock/core';
import { defineCommand, option } from '../command.ts';
import type { Invocation } from '../command.ts';
import { withClient } from '../connect.ts';
import { CliError, UsageError } from '../errors.ts';
import { toJsonLine } from '../escape.ts';
import { codeOf, exitCodeOf } from '../exit-codes.ts';
import { isSingle, readIds } from '../ids.ts';
import type { Output } from '../output.ts';
import { duration } from '../parse-values.ts';

interface Flags {
  readonly timeout?: number;
}

/** How the wait for one job ended. */
interface Wait {
  readonly id: string;
  /** `succeeded`, or the code of the error that tells why there is no result. */
  readonly outcome: string;
  readonly result: unknown;
  readonly reason: unknown;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MOST_IDS = 1000;

export const jobWait = defineCommand<Flags>({
  usage: 'wait <id...>',
  summary: 'Wait until jobs end and print their results; "-" reads ids from standard input.',
  details:
    'Exit code 1 when one failed or was cancelled, 3 when there is none, 8 when time was up. With --json: one id gives an object, several or "-" give {"jobs": […]}; "outcome" is "succeeded" or a code.',
  examples: [
    'linstock job wait 01JZ7Q4N0W6F3V8Y2K5T9R1X00 --timeout 5m',
    `linstock job enqueue mail.send '{"to":"ada@example.com"}' -o id | linstock job wait - --json`,
  ],
  options: [option('--timeout <duration>', 'how long at most, over all (default 30s)', duration)],
  run: async (invocation) => {
    const ids: string[] = [];
    for await (const id of readIds(invocation.args[0] as string[])) ids.push(id);
    if (ids.length === 0) throw new UsageError('no job was named: standard input was empty');
    if (ids.length > MOST_IDS) throw new UsageError(`at most ${MOST_IDS} jobs can be waited for at once`);
    await withClient(await invocation.settings(), (client) => waitForAll(client, ids, invocation));
  },
});

async function waitForAll(
  client: Client,
  ids: readonly string[],
  { args, options, output }: Invocation<Flags>,
) {
  const timeoutMs = options.timeout ?? DEFAULT_TIMEOUT_MS;
  const single = isSingle(args[0] as string[]);
  const errors: Error[] = [];
  const pending = ids.map((id) => waitForOne(client, id, timeoutMs));
  const waits: Wait[] = [];
  for (const wait of pending) {
    const { error, ...one } = await wait;
    waits.push(one);
    if (error !== undefined) errors.push(error);
    if (output.format !== 'json') await printWait(output, one, single);
    if (error !== undefined && !single && output.isForPeople) output.error(error);
  }
  if (output.format === 'json') await output.json(single ? waits[0] : { jobs: waits });
  throwFirst(errors, ids.length);
}

async function waitForOne(
  client: Client,
  id: string,
  timeoutMs: number,
): Promise<Wait & { readonly error?: Error }> {
  try {
    return {
      id,
      outcome: 'succeeded',
      result: (await client.result(id, { timeoutMs })) ?? null,
      reason: null,
    };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    const reason = error instanceof JobEndedError ? (error.fields['reason'] ?? null) : null;
    return { id, outcome: codeOf(error), result: null, reason, error };
  }
}

/** An error that tells how the wait for this job ended, rather than that waiting failed. */
function isAnswer(error: unknown): error is Error {
  return [JobEndedError, WaitTimeoutError, JobNotFoundError].some((kind) => error instanceof kind);
}

async function printWait(output: Output, wait: Wait, isAlone: boolean): Promise<void> {
  if (output.format === 'ndjson') return output.json(wait);
  if (wait.outcome !== 'succeeded') return;
  if (output.format === 'id') return output.write(wait.id);
  const result = toJsonLine(wait.result);
  return output.write(isAlone ? result : `${wait.id}  ${result}`);
}

function throwFirst(errors: readonly Error[], total: number): void {
  const [first] = errors;
  if (first === undefined) return;
  const hasOneCause =
    errors.length === total && errors.every((error) => exitCodeOf(error) === exitCodeOf(first));
  if (total === 1) throw first;
  const message = `${errors.length} of ${total} jobs have no result`;
  throw new CliError(hasOneCause ? codeOf(first) : 'BULK_PARTLY_FAILED', message);
}
