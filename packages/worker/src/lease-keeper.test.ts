import { eventually } from '@linstock/test-kit/eventually';
import { expect, test } from 'vitest';
import { createAheadMemory } from './ahead-table.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { resolveOptions } from './options.ts';
import { MemoryLog } from './testing/memory-log.ts';

test('a thread that dies is told, and stop does not wait for it', async () => {
  const deaths: Error[] = [];
  const options = resolveOptions({ redis: 'nonsense://', log: new MemoryLog() });
  const keeper = new LeaseKeeper(options, createAheadMemory(), {
    onMessage: () => undefined,
    onThreadDeath: (error) => deaths.push(error),
  });
  await eventually(() => deaths.length === 2);
  expect(deaths[0]).toMatchObject({ message: expect.stringContaining('must be a URL') as string });
  await Promise.all([keeper.stop(), keeper.stop()]);
});
