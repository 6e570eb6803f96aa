import { UsageError } from './errors.ts';

/** Twice what the largest payload takes: a longer line is no job, and must not fill the memory. */
const MOST_LINE_CHARACTERS = 2 * 1024 * 1024;

/** A line of a stream, with its number from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** Lines of a stream that are not blank, as they come, with no more than one line and one chunk in memory. */
export async function* readLines(stream: AsyncIterable<Buffer | string>): AsyncGenerator<Line> {
  const decoder = new TextDecoder();
  let number = 0;
  let pieces: string[] = [];
  let characters = 0;
  for await (const chunk of stream) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const [first = '', ...later] = text.split('\n');
    pieces.push(first);
    characters += first.length;
    for (const next of later) {
      const line = pieces.join('').trim();
      number++;
      if (line !== '') yield { number, text: line };
      pieces = [next];
      characters = next.length;
    }
    if (characters > MOST_LINE_CHARACTERS) {
      throw new UsageError(`line ${number + 1} of standard input is over ${MOST_LINE_CHARACTERS} characters`);
    }
  }
  const last = (pieces.join('') + decoder.decode()).trim();
  if (last !== '') yield { number: number + 1, text: last };
}

/** Groups of at most `size` elements, as they come. */
export async function* inGroups<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let group: T[] = [];
  for await (const element of source) {
    group.push(element);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
