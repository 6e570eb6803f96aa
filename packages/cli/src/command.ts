import type { Command } from 'commander';
import { Option } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { GlobalFlags, Settings } from './options.ts';
import type { Output } from './output.ts';

/** What a command gets when it runs. */
export interface Invocation<Options> {
  /** The arguments in the order of the usage; a variadic one is an array. */
  readonly args: readonly unknown[];
  readonly options: Options;
  readonly flags: GlobalFlags;
  readonly output: Output;
  /** Reads settings; on first use, so that commands without Redis need none. */
  readonly settings: () => Promise<Settings>;
  /** The tree of all commands. */
  readonly root: Command;
}

/** A command: its words, its help, and what it does. */
export interface CommandSpec {
  /** As commander writes it: `get <id...>`. */
  readonly usage: string;
  readonly summary: string;
  /** More for its help. */
  readonly details?: string;
  /** Whole lines, each with a reason to exist. */
  readonly examples: readonly string[];
  readonly options?: readonly Option[];
  /** Commands below it, which do something else. */
  readonly commands?: readonly CommandSpec[];
  /** It stops by itself when it is interrupted. */
  readonly stopsItself?: boolean;
  readonly run: (invocation: Invocation<never>) => Promise<ExitCode | undefined | void>;
}

/** A word with commands below it. */
export interface CommandGroup {
  readonly name: string;
  /** Other words for it. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  readonly commands: readonly CommandSpec[];
}

/** Checks that a command's `run` fits; its options are named by their flags. */
export function defineCommand<Options = Record<string, never>>(
  spec: Omit<CommandSpec, 'run'> & {
    readonly run: (invocation: Invocation<Options>) => Promise<ExitCode | undefined | void>;
  },
): CommandSpec {
  return spec;
}

/** An option with a value that is checked. */
export function option(flags: string, description: string, parse: (text: string) => unknown): Option {
  return new Option(flags, description).argParser(parse);
}

/** An option that may stand several times; its values become a list. */
export function listOption(flags: string, description: string, parse: (text: string) => unknown): Option {
  return new Option(flags, description).argParser((text, list: readonly unknown[] | undefined) => [
    ...(list ?? []),
    parse(text),
  ]);
}

/** An option without a value, or with one that needs no check. */
export function plainOption(flags: string, description: string): Option {
  return new Option(flags, description);
}

const specs = new WeakMap<Command, CommandSpec>();

/** The examples of a command, for its help and for `schema`. */
export function examplesOf(command: Command): readonly string[] {
  return specs.get(command)?.examples ?? [];
}

/** Whether a command stops by itself when it is interrupted. */
export function stopsItself(command: Command): boolean {
  return specs.get(command)?.stopsItself === true;
}

/** Adds a command below another. */
export function addCommand(
  parent: Command,
  spec: CommandSpec,
  run: (command: Command) => Promise<void>,
): void {
  const command = parent.command(spec.usage).summary(spec.summary);
  command.description([spec.summary, spec.details].filter((text) => text !== undefined).join('\n\n'));
  for (const one of spec.options ?? []) command.addOption(one);
  specs.set(command, spec);
  command.addHelpText('before', () => exampleText(spec.examples));
  command.action(() => run(command));
  for (const below of spec.commands ?? []) addCommand(command, below, run);
}

/** Runs a command that was added by {@link addCommand}. */
export async function runCommand(
  command: Command,
  rest: Omit<Invocation<never>, 'args' | 'options' | 'root'>,
): Promise<ExitCode | undefined> {
  let root = command;
  while (root.parent !== null) root = root.parent;
  const own = { args: command.processedArgs as unknown[], options: command.opts<never>(), root };
  const invocation = { ...rest, ...own };
  return (await specs.get(command)?.run(invocation)) ?? undefined;
}

/** Examples, as help shows them. */
export function exampleText(examples: readonly string[]): string {
  return `Examples:\n${examples.map((line) => `  $ ${line}`).join('\n')}\n`;
}
