import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword } from './read-password.ts';

/** A terminal at which somebody writes this, a line to each question. */
function terminal(...lines: readonly string[]): { asked: Promise<string>; shown: () => string } {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const prompt = new PassThrough();
  let shown = '';
  const rest = [...lines];
  prompt.on('data', (chunk) => {
    shown += String(chunk);
    if (String(chunk).endsWith(': ')) input.write(rest.shift() ?? '\u0004');
  });
  return { asked: readPassword({ input, prompt }), shown: () => shown };
}

test('at a terminal a password is asked for twice, can be corrected, and is not shown', async () => {
  const { asked, shown } = terminal('hunter22x\u007f\r', 'hunter22\r');
  expect(await asked).toBe('hunter22');
  expect(shown()).toBe('Password: \nOnce more: \n');
});

test.each([
  ['another one is written the second time', ['hunter22\r', 'hunter23\r'], 'not the same'],
  ['nothing is written', ['\r'], 'no password'],
  ['the input ends', ['\u0004'], 'no password'],
])('it is refused where %s', async (_, lines, why) => {
  await expect(terminal(...lines).asked).rejects.toThrow(why);
});
