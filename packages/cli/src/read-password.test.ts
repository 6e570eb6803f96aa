import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readPassword } from './read-password.ts';

/** A terminal at which somebody writes this, a line to each question. */
function terminal(...lines: readonly (string | Buffer)[]): { asked: Promise<string>; shown: () => string } {
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
  ['it is longer than what a dashboard takes', [`${'x'.repeat(1025)}\r`], 'at most 1024 characters'],
  ['it is no UTF-8', [Buffer.from('hunter\u00FF22\r', 'latin1')], 'UTF-8'],
])('it is refused where %s', async (_, lines, why) => {
  await expect(terminal(...lines).asked).rejects.toThrow(why);
});

const line = (bytes: string | Buffer): Promise<string> =>
  readPassword({ input: new PassThrough().end(bytes), prompt: new PassThrough() });

test('of standard input it is the one line, without its end', async () => {
  for (const password of ['correct horse', 'şifre گذرواژه 🐎', 'x'.repeat(1024), '\u0800'.repeat(1024)])
    for (const end of ['', '\n', '\r\n']) expect(await line(`${password}${end}`)).toBe(password);
});

test.each([
  ['is longer than what a dashboard takes', 'x'.repeat(1025), 'at most 1024 characters'],
  ['is that, and ends', `${'x'.repeat(1025)}\n`, 'at most 1024 characters'],
  ['never ends', 'x'.repeat(100_000), 'at most 1024 characters'],
  ['is no UTF-8', Buffer.from('hunter\u00FF22\n', 'latin1'), 'UTF-8'],
  ['breaks off within a character', Buffer.from('hunter22ş').subarray(0, -1), 'UTF-8'],
  ['is two', 'hunter22\nhunter22\n', 'no other line'],
])('standard input is refused where it %s', async (_, bytes, why) => {
  await expect(line(bytes)).rejects.toThrow(why);
});
