import type { Client, Due, JobContract, JobHandle, RunOptions } from '@linstock/core';
import { CliError } from './errors.ts';
import { codeOf } from './exit-codes.ts';
import type { Output } from './output.ts';
import { startProgress } from './progress.ts';
import type { Line } from './read-lines.ts';
import { readLines } from './read-lines.ts';

/** What every line becomes. */
interface Plan {
  readonly client: Client;
  readonly contract: JobContract;
  readonly options: RunOptions & Partial<Due>;
  readonly output: Output;
}

interface Inputs {
  readonly values: readonly unknown[];
  /** Number of the last line. */
  readonly lastLine: number;
}

/** As many as one call to Redis stores. */
const GROUP = 1000;
/** What may be in memory at a time. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Enqueues a job for each line of JSON on standard input. All lines before one that is wrong are enqueued. */
export async function enqueueLines(plan: Plan): Promise<void> {
  const { output } = plan;
  const progress = startProgress('enqueued');
  let enqueued = 0;
  let lastLine = 0;
  try {
    for await (const { values, lastLine: line } of parsedGroups()) {
      const handles = await addMany(plan, values);
      enqueued += values.length;
      lastLine = line;
      progress.show(enqueued);
      await printIds(output, handles);
    }
  } catch (error) {
    throw afterSome(error, enqueued, lastLine);
  } finally {
    progress.end();
  }
  if (output.format === 'json') await output.json({ enqueued });
  if (output.isForPeople) await output.write(`${enqueued} enqueued`);
}

/** Groups of lines, parsed. Yields what came before a line that is not JSON, and throws then. */
async function* parsedGroups(): AsyncGenerator<Inputs> {
  let values: unknown[] = [];
  let characters = 0;
  let lastLine = 0;
  let problem: CliError | undefined;
  for await (const line of readLines(process.stdin)) {
    const parsed = parseLine(line);
    if (parsed instanceof CliError) {
      problem = parsed;
      break;
    }
    values.push(parsed.value);
    lastLine = line.number;
    characters += line.text.length;
    if (values.length < GROUP && characters < MOST_CHARACTERS) continue;
    yield { values, lastLine };
    values = [];
    characters = 0;
  }
  if (values.length > 0) yield { values, lastLine };
  if (problem !== undefined) throw problem;
}

function parseLine({ number, text }: Line): { readonly value: unknown } | CliError {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new CliError(
      'PAYLOAD_NOT_JSON',
      `line ${number} of standard input is not JSON: ${reason}`,
      {},
      cause,
    );
  }
}

function addMany(
  { client, contract, options }: Plan,
  values: readonly unknown[],
): Promise<readonly JobHandle[]> {
  const isDue = options.in !== undefined || options.at !== undefined;
  return isDue
    ? client.scheduleMany(contract, values, options as RunOptions & Due)
    : client.enqueueMany(contract, values, options);
}

async function printIds(output: Output, handles: readonly JobHandle[]): Promise<void> {
  for (const { id } of handles) {
    if (output.format === 'ndjson') await output.json({ id });
    if (output.format === 'id') await output.write(id);
  }
}

/** Says how far it came, so that the rest can be enqueued without enqueueing the first part twice. */
function afterSome(error: unknown, enqueued: number, lastLine: number): unknown {
  if (enqueued === 0) return error;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${reason}. ${enqueued} jobs are enqueued, up to line ${lastLine}: go on with the lines after it`;
  const fields = { enqueued, lastLine, code: codeOf(error) };
  return new CliError('BULK_PARTLY_FAILED', message, fields, error);
}
