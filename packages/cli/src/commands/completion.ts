import { defineCommand } from '../command.ts';
import { describeTree } from '../command-tree.ts';
import { completionScript, SHELLS } from '../completion-scripts.ts';
import { UsageError } from '../errors.ts';

export const completion = defineCommand({
  usage: 'completion <shell>',
  summary: `Print a script that completes commands and options in ${SHELLS.join(', ')}.`,
  examples: [
    'eval "$(linstock completion bash)"',
    'source <(linstock completion zsh)',
    'linstock completion fish > ~/.config/fish/completions/linstock.fish',
  ],
  run: async ({ args, output, root }) => {
    const shell = SHELLS.find((known) => known === args[0]);
    if (shell === undefined) throw new UsageError(`the shell must be one of ${SHELLS.join(', ')}`);
    await output.write(completionScript(shell, describeTree(root)));
  },
});
