import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeRoutes } from './open-api.ts';
import { ROUTES } from './routes.ts';

const FILE = fileURLToPath(new URL('../../../../docs/openapi.json', import.meta.url));

test('docs/openapi.json describes the routes as they are (npx vitest run open-api -u writes it)', async () => {
  await expect(`${JSON.stringify(describeRoutes(ROUTES), undefined, 2)}\n`).toMatchFileSnapshot(FILE);
});

test('every route that changes something tells what its body may have', () => {
  const silent = ROUTES.filter(({ method, body }) => method === 'POST' && body === undefined);
  expect(silent.map(({ path }) => path)).toEqual([]);
});
