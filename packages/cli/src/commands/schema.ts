import { defineCommand } from '../command.ts';
import { describeTree } from '../command-tree.ts';
import { toJsonText } from '../escape.ts';

export const schema = defineCommand({
  usage: 'schema',
  summary: 'Print the tree of all commands, arguments and options as JSON.',
  examples: ['linstock schema', `linstock schema | jq -r '.commands[].name'`],
  run: async ({ output, root }) => {
    const tree = describeTree(root);
    await (output.isForPeople ? output.write(toJsonText(tree)) : output.json(tree));
  },
});
