import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('the first answer that is not falsy is returned', async () => {
  const answers = [false, null, 0, '', 'done'];
  expect(await eventually(() => answers.shift())).toBe('done');
});

test('assertions are repeated until none throws', async () => {
  let calls = 0;
  await eventually(() => expect(++calls).toBe(3));
  expect(calls).toBe(3);
});

test('giving up says how long it waited and keeps the last error as cause', async () => {
  const failure = new Error('still 7 jobs');
  const waiting = eventually(() => Promise.reject(failure), { timeoutMs: 60 });
  await expect(waiting).rejects.toMatchObject({
    message: expect.stringMatching(/^Not within \d+ ms \(\d+ tries\): still 7 jobs$/),
    cause: failure,
  });
});

test('a check that never comes back is given up too', async () => {
  const waiting = eventually(() => new Promise<void>(() => undefined), { timeoutMs: 50 });
  await expect(waiting).rejects.toThrow('did not come back');
});
