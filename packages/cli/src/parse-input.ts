import { readFileSync } from 'node:fs';
import { CliError, UsageError } from './errors.ts';

/** More than any payload may have, and no more than this is kept in memory. */
const MOST_CHARACTERS = 2 * 1024 * 1024;

/** The input of a job: JSON, or `@file` with some. Throws `PAYLOAD_NOT_JSON`, `USAGE`. */
export function parseInput(input: string): unknown {
  if (!input.startsWith('@')) return parseText(input, 'the input');
  return parseText(readInputFile(input.slice(1)), input.slice(1));
}

/** The same; `-` stands for standard input. */
export async function readInput(input: string): Promise<unknown> {
  if (input !== '-') return parseInput(input);
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MOST_CHARACTERS)
      throw new UsageError(`standard input is over ${MOST_CHARACTERS} characters: no input is that long`);
  }
  return parseText(text, 'standard input');
}

function parseText(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const advice = `quote a text twice: '"text"'`;
    throw new CliError(
      'PAYLOAD_NOT_JSON',
      `${where} is not JSON (${messageOf(cause)}); ${advice}`,
      {},
      cause,
    );
  }
}

function readInputFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`the input file cannot be read: ${messageOf(cause)}`);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
