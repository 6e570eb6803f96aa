import { expect, test } from 'vitest';
import { onlyAllowed, rememberQueues } from './allowed.ts';

test('of entries only those are left that are allowed; one that does not tell what it is, is not', async () => {
  const entries = [{ queue: 'mail' }, { queue: 'money' }, {}, { queue: 'mail' }];
  const own = await onlyAllowed(
    entries,
    ({ queue }) => (queue === undefined ? undefined : { queue }),
    async ({ queue }) => queue === 'mail',
  );
  expect(own).toEqual([{ queue: 'mail' }, { queue: 'mail' }]);
});

test('nobody is told anything where nobody can say what is allowed', async () => {
  const broken = (): Promise<boolean> => Promise.reject(new Error('the database is away'));
  await expect(onlyAllowed([{ queue: 'mail' }], (entry) => entry, broken)).rejects.toThrow('away');
});

test('whether a queue is allowed is asked again after a while, and not before', async () => {
  let [now, isMine] = [0, true];
  const asked: (string | undefined)[] = [];
  const allows = rememberQueues(
    async ({ queue }) => {
      asked.push(queue);
      return isMine;
    },
    5000,
    () => now,
  );
  expect(await Promise.all([allows({ queue: 'a' }), allows({ queue: 'a' }), allows({ queue: 'b' })])).toEqual(
    [true, true, true],
  );
  isMine = false;
  now = 4999;
  expect(await allows({ queue: 'a' })).toBe(true);
  now = 5000;
  expect(await allows({ queue: 'a' })).toBe(false);
  expect(asked).toEqual(['a', 'b', 'a']);
});
