import type { ChangeOptions, Client } from '@linstock/core';
import type { Invocation } from './command.ts';
import { withClient } from './connect.ts';
import { UsageError } from './errors.ts';
import { readIds } from './ids.ts';
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

/** Changes those named; "-" reads names from standard input. */
export async function changeNamed<Row extends object>(
  { noun, title, key, apply, id, outcome }: NamedChange<Row>,
  { args, options, output, settings }: Invocation<ReasonFlags>,
): Promise<void> {
  const rows: Row[] = [];
  await withClient(await settings(), async (client) => {
    for await (const name of readIds(args[0] as string[]))
      rows.push(await apply(client, name, reasonIn(options)));
  });
  if (rows.length === 0) throw new UsageError(`no ${noun} was named: standard input was empty`);
  const columns = [
    { title, value: id },
    { title: 'OUTCOME', value: outcome },
  ];
  await output.list({ rows, columns, id, json: { [key]: rows }, empty: '' });
}
