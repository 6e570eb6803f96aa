import { readFileSync } from 'node:fs';
import { defineCommand } from '../command.ts';

export const version = defineCommand({
  usage: 'version',
  summary: 'Show the versions of linstock and Node.js.',
  examples: ['linstock version', 'linstock version --json'],
  run: async ({ output }) => {
    const json = {
      linstock: ownVersion(),
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
    };
    await output.sheet({
      json,
      id: json.linstock,
      fields: [
        ['linstock', json.linstock],
        ['Node.js', json.node],
        ['Platform', json.platform],
      ],
    });
  },
});

function ownVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
