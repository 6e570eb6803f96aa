#!/usr/bin/env node
import { runCommandLine } from './program.ts';

// `linstock job list | head`: nobody reads on, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const code = await runCommandLine(process.argv.slice(2));
// Both streams may be pipes that still hold something.
process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
