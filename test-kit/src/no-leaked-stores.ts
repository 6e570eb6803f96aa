import { afterAll } from 'vitest';
import { runningStores } from './running-stores.ts';

// A setup file of vitest: it runs around every test file.
afterAll(() => {
  const leaked = runningStores();
  if (leaked.length > 0) throw new Error(`This file left stores running: ${leaked.join(', ')}`);
});
