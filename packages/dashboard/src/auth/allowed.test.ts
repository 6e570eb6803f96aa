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

test('whether a queue is allowed is asked once, for all who want to know', async () => {
  const asked: (string | undefined)[] = [];
  const allows = rememberQueues(async ({ queue }) => {
    asked.push(queue);
    return queue === 'a';
  });
  const about = ['a', 'a', 'b'].map((queue) => allows({ queue }));
  expect([await Promise.all(about), await allows({ queue: 'b' })]).toEqual([[true, true, false], false]);
  expect(asked).toEqual(['a', 'b']);
});
