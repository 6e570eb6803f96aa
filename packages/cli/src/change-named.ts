import type { ChangeOptions, Client } from '@linstock/core';
import type { Invocation } from './command.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { readIds } from './ids.ts';
import type { Output } from './output.ts';
import type { ReasonFlags } from './reason.ts';
import { reasonIn } from './reason.ts';

/** A change of things that are named on the command line, and that can be asked for twice. */
export interface NamedChange<Row extends object> {
  /** What one of them is called. */
  readonly noun: string;
  /** The head of its column. */
  readonly title: string;
  /** Where the rows stand in the JSON. */
  readonly key: string;
  readonly apply: (client: Client, name: string, options: ChangeOptions) => Promise<Row>;
  readonly id: (row: Row) => string;
  /** What became of it, for people. */
  readonly outcome: (row: Row) => string;
}

/** Changes those named; "-" reads names from standard input. The first that is refused ends it, after those before it are told. */
export async function changeNamed<Row extends object>(
  change: NamedChange<Row>,
  { args, options, output, settings }: Invocation<ReasonFlags>,
): Promise<void> {
  const rows: Row[] = [];
  try {
    await withClient(await settings(), async (client) => {
      for await (const name of readIds(args[0] as string[]))
        rows.push(await change.apply(client, name, reasonIn(options)));
    });
  } catch (error) {
    if (rows.length > 0) await printRows(change, rows, output);
    throw error;
  }
  if (rows.length === 0) throw new UsageError(`no ${change.noun} was named: standard input was empty`);
  await printRows(change, rows, output);
}

async function printRows<Row extends object>(
  { title, key, id, outcome }: NamedChange<Row>,
  rows: readonly Row[],
  output: Output,
): Promise<void> {
  const columns = [
    { title, value: id },
    { title: 'OUTCOME', value: outcome },
  ];
  await output.list({ rows, columns, id, json: { [key]: rows }, empty: '' });
}

/** A change that can be asked for twice, of things of a kind. */
export interface RepeatableChange<Things> {
  readonly done: string;
  /** What is said when there was nothing to do. */
  readonly already: string;
  readonly apply: (things: Things, id: string, options: ChangeOptions) => Promise<boolean>;
}

/** Makes it of those named, and tells of each whether it changed. */
export function changeAgain<Things>(
  { of, ...about }: Pick<NamedChange<object>, 'noun' | 'key'> & { readonly of: (client: Client) => Things },
  { done, already, apply }: RepeatableChange<Things>,
  invocation: Invocation<ReasonFlags>,
): Promise<void> {
  return changeNamed(
    {
      ...about,
      title: 'ID',
      apply: async (client, id, own) => ({ id, changed: await apply(of(client), id, own) }),
      id: ({ id }) => id,
      outcome: ({ changed }) => (changed ? done : already),
    },
    invocation,
  );
}
