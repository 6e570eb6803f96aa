import { Bench } from './bench.ts';
import { describeMachine, readVersions } from './machine.ts';
import { InvalidOptionError, readOptions, USAGE, type Options } from './options.ts';
import { formatJson, formatReport } from './report.ts';

const EXIT_PROBLEM = 1;
const EXIT_USAGE = 2;

async function measure(options: Options): Promise<number> {
  const machine = describeMachine();
  const versions = await readVersions();
  const results = await new Bench(options, (line) => console.error(line)).run();
  console.log(formatReport(machine, versions, results));
  if (options.isJson) console.log(formatJson(machine, versions, results));
  return results.problems.length === 0 ? 0 : EXIT_PROBLEM;
}

/** Runs the bench as the command line says; resolves to the exit code: 1 after a problem, 2 for a wrong option. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT_PROBLEM));
  try {
    const options = readOptions(args);
    if (!options.isHelp) return await measure(options);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    console.error(`${error.message}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
}
