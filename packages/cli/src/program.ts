import { Command, CommanderError, Option } from 'commander';
import type { CommandGroup, CommandSpec } from './command.ts';
import { addCommand, exampleText, runCommand, stopsItself } from './command.ts';
import { COMMANDS } from './commands.ts';
import { UsageError } from './errors.ts';
import type { ExitCode } from './exit-codes.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { GlobalFlags, Settings } from './options.ts';
import { DEFAULTS, hideArgvPassword, readSettings, wantsColor, wantsStacks } from './options.ts';
import type { OutputFormat } from './output.ts';
import { Output, OUTPUT_FORMATS } from './output.ts';
import { oneOfWords } from './parse-values.ts';

const EXAMPLES = [
  'linstock dev jobs.ts                    a store, a worker that restarts on change',
  'linstock worker jobs.js --concurrency 50',
  `linstock job enqueue mail.send '{"to":"ada@example.com"}'`,
  `linstock job list --state failed --where 'input.user.id=7'`,
  `linstock job requeue --state failed --name 'mail.*'`,
  `linstock status --fail-on 'no-workers,failed>0,oldest>5m'`,
];
const EXIT_HELP =
  'Exit codes: 0 ok, 1 failure, 2 usage, 3 not found, 4 not permitted, 5 conflict, 6 part of a bulk failed, ' +
  '7 Redis unreachable, 8 timeout, 130 interrupted.';

/** The tree of all commands. `onExit` receives the exit code of the one that ran. */
export function buildProgram(onExit: (code: ExitCode) => void): Command {
  const program = new Command('linstock');
  program
    .description('Linstock: background jobs for Node.js on Redis.')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('before', () => exampleText(EXAMPLES))
    .addHelpText('after', `\n${EXIT_HELP}`)
    // Both are inherited by commands that are added later. Messages become one line of ours, in `report`.
    .configureOutput({ outputError: () => undefined })
    .exitOverride();
  for (const one of globalOptions()) program.addOption(one);
  const run = async (command: Command): Promise<void> => onExit(await execute(command));
  for (const entry of COMMANDS) addEntry(program, entry, run);
  return program;
}

function addEntry(
  program: Command,
  entry: CommandSpec | CommandGroup,
  run: (command: Command) => Promise<void>,
): void {
  if ('run' in entry) return addCommand(program, entry, run);
  const group = program.command(entry.name).summary(entry.summary).description(entry.summary);
  group.aliases(entry.aliases ?? []);
  const first = entry.commands.flatMap(({ examples }) => examples.slice(0, 1));
  group.addHelpText('before', () => exampleText(first));
  for (const spec of entry.commands) addCommand(group, spec, run);
}

function globalOptions(): Option[] {
  return [
    new Option('--redis <url>', `where Redis is, or @file with its URL (env LINSTOCK_REDIS_URL, REDIS_URL)`),
    new Option(
      '--namespace <name>',
      `installation on that Redis (env LINSTOCK_NAMESPACE; default ${DEFAULTS.namespace})`,
    ),
    new Option(
      '--config <file>',
      'settings (env LINSTOCK_CONFIG; default linstock.config.{ts,mts,js,mjs,json})',
    ),
    new Option(
      '--connect-timeout <duration>',
      `how long to try to reach Redis (default ${DEFAULTS.connectTimeout})`,
    ),
    new Option('-o, --output <format>', OUTPUT_FORMATS.join(', ')).argParser(oneOfWords(OUTPUT_FORMATS)),
    new Option('--json', 'the same as -o json'),
    new Option('--no-color', 'no colours (also env NO_COLOR)'),
    new Option('--verbose', 'errors with their stack (also env DEBUG)'),
  ];
}

/** Runs the command line; resolves to the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  const program = buildProgram((result) => (code = result));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): ExitCode {
  if (!(error instanceof CommanderError)) throw error;
  // Help that was asked for; help instead of an error (`linstock job` alone) is a usage error.
  if (error.exitCode === 0) return EXIT.ok;
  if (error.code === 'commander.help') return EXIT.usage;
  makeOutput({}).error(new UsageError(asSentence(error.message)));
  return EXIT.usage;
}

/** commander's message on one line, with what to do. */
function asSentence(message: string): string {
  const lines = message.replace(/^error: /, '').split('\n');
  const text = lines.map((line) => line.trim()).join(' ');
  return `${text}${/[.)?]$/.test(text) ? '' : '.'} See linstock --help`;
}

async function execute(command: Command): Promise<ExitCode> {
  const flags = command.optsWithGlobals<GlobalFlags>();
  const output = makeOutput(flags);
  const warning = hideArgvPassword(flags.redis);
  if (warning !== undefined) output.warn(warning);
  if (!stopsItself(command)) process.once('SIGINT', () => process.exit(EXIT.interrupted));
  let settings: Promise<Settings> | undefined;
  try {
    const invocation = { flags, output, settings: () => (settings ??= readSettings(flags)) };
    return (await runCommand(command, invocation)) ?? EXIT.ok;
  } catch (error) {
    output.error(error);
    return exitCodeOf(error);
  }
}

function makeOutput(flags: GlobalFlags): Output {
  const { stdout, stderr } = process;
  const format = (flags.output ?? (flags.json === true ? 'json' : 'table')) as OutputFormat;
  const hasColor = wantsColor(flags.color, stdout.isTTY);
  return new Output({ format, stdout, stderr, hasColor, isVerbose: wantsStacks(flags.verbose) });
}
