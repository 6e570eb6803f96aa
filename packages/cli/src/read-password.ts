import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { UsageError } from './errors.ts';

/** Where a password comes from, and where it is asked for. */
export interface PasswordPlaces {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly prompt: NodeJS.WritableStream;
}

/** A dashboard takes no longer one. */
const MOST_CHARACTERS = 1024;
/** No character that JavaScript counts takes more bytes; behind them is the end of a line. */
const MOST_BYTES = 3 * MOST_CHARACTERS + 2;

/**
 * Reads a password: at a terminal it asks, twice, and shows nothing of what is written; else it is the one line of the input. It
 * is never an argument, which others on the machine could read. @throws {UsageError}
 */
export async function readPassword(places: PasswordPlaces): Promise<string> {
  if (places.input.isTTY !== true) return checked(await readLine(places.input));
  const password = checked(await ask(places, 'Password: '));
  if ((await ask(places, 'Once more: ')) !== password)
    throw new UsageError('the two passwords are not the same');
  return password;
}

async function readLine(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const read = Buffer.from(chunk as Buffer);
    bytes += read.length;
    if (bytes > MOST_BYTES) throw tooLong();
    chunks.push(read);
  }
  const line = decode(Buffer.concat(chunks)).replace(/\r?\n$/, '');
  if (/[\r\n]/.test(line)) throw new UsageError('standard input must hold the password, and no other line');
  return line;
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw notText();
  }
}

/** A terminal has put this sign where something was no UTF-8: every other password of that kind would be the same. */
const NO_CHARACTER = '\uFFFD';

/** One that could be sent by the page that asks for it. @throws {UsageError} */
function checked(password: string): string {
  if (password.length > MOST_CHARACTERS) throw tooLong();
  if (password.includes(NO_CHARACTER)) throw notText();
  return password;
}

const tooLong = (): UsageError => new UsageError(`a password has at most ${MOST_CHARACTERS} characters`);
const notText = (): UsageError => new UsageError('a password must be text in UTF-8');

function ask({ input, prompt }: PasswordPlaces, question: string): Promise<string> {
  // What readline would write is what one types.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    let answer = '';
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    // A terminal that echoes nothing sends none by itself.
    lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
    lines.once('close', () => {
      prompt.write('\n');
      if (answer === '') reject(new UsageError('no password was written'));
      else resolve(answer);
    });
    prompt.write(question);
  });
}
