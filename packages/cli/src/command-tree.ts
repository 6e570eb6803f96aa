import type { Command, Option } from 'commander';
import { examplesOf } from './command.ts';

/** A command as `linstock schema` describes it. */
export interface CommandNode {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  readonly arguments: readonly {
    readonly name: string;
    readonly required: boolean;
    readonly variadic: boolean;
  }[];
  readonly options: readonly OptionNode[];
  readonly examples: readonly string[];
  readonly commands: readonly CommandNode[];
}

interface OptionNode {
  readonly flags: string;
  readonly long: string;
  readonly short: string | null;
  readonly takesValue: boolean;
  readonly description: string;
}

/** The tree of commands below and with `command`, without what help hides. */
export function describeTree(command: Command): CommandNode {
  return {
    name: command.name(),
    aliases: command.aliases(),
    summary: command.summary() || command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      variadic: argument.variadic,
    })),
    options: command.options.filter(({ hidden }) => !hidden).map(describeOption),
    examples: examplesOf(command),
    commands: command.commands.map(describeTree),
  };
}

function describeOption({ flags, long, short, required, description }: Option): OptionNode {
  return { flags, long: long ?? '', short: short ?? null, takesValue: required, description };
}
