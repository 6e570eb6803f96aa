import { hashPassword } from '@linstock/dashboard';
import { defineCommand } from '../command.ts';
import { readPassword } from '../read-password.ts';

export const dashboardHashPassword = defineCommand({
  usage: 'hash-password',
  summary: 'Make a "passwordHash" for the file of --auth-file.',
  details:
    'At a terminal it asks for the password, twice, and shows nothing of it; else it reads one line of standard input. At least 12 characters. It needs no Redis.',
  examples: [
    'linstock dashboard hash-password',
    'pass show linstock/ada | linstock dashboard hash-password --json',
  ],
  run: async ({ output }) => {
    const password = await readPassword({ input: process.stdin, prompt: process.stderr });
    const passwordHash = await hashPassword(password);
    await (output.isForPeople || output.format === 'id'
      ? output.write(passwordHash)
      : output.json({ passwordHash }));
  },
});
