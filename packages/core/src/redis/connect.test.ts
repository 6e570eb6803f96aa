import { eventually } from '@linstock/test-kit/eventually';
import { expect, test } from 'vitest';
import { Connection } from './connect.ts';

const AN_HOUR_MS = 3_600_000;

test('whoever waits for a connection hears at once that it was closed, also between two tries to connect', async () => {
  // Nobody serves port 1.
  const connection = new Connection('redis://127.0.0.1:1', 'commands');
  const waiting = connection.ready(AN_HOUR_MS).catch((error: unknown) => error);
  await eventually(() => connection.redis.status === 'reconnecting');
  connection.close();
  expect(await waiting).toMatchObject({ code: 'REDIS_UNREACHABLE' });
});
