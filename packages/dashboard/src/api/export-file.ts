import { LinstockError, OptionError } from '@linstock/core';
import type { Call } from './call.ts';
import type { Columns } from './csv.ts';
import { csvHead, csvLine } from './csv.ts';
import { streamTexts } from './stream-texts.ts';

/** In which forms a list is saved. */
export const FILE_FORMATS = ['ndjson', 'csv'];

/** A list that is saved as a file. */
export interface FileSource<T> {
  /** What its entries are called: the last line of NDJSON counts them by this name. */
  readonly noun: string;
  /** What the name of the file says of it. */
  readonly words: readonly string[];
  readonly columns: Columns<T>;
  /** Some at a time. */
  readonly parts: AsyncGenerator<readonly T[], undefined>;
}

interface Format<T> {
  readonly type: string;
  readonly head: string;
  readonly line: (entry: T) => string;
  /** The last line of a whole file. */
  readonly end: (entries: number) => string;
  /** The last line of one that broke off; undefined: it has none, and the connection is cut. */
  readonly broken: ((error: LinstockError) => string) | undefined;
}

const jsonLine = (value: unknown): string => `${JSON.stringify(value)}\n`;

function formatOf<T>(name: string, { noun, columns }: FileSource<T>): Format<T> {
  switch (name) {
    case 'ndjson':
      return {
        type: 'application/x-ndjson',
        head: '',
        line: jsonLine,
        end: (entries) => jsonLine({ done: true, [noun]: entries }),
        broken: ({ code, message }) => jsonLine({ error: { code, message } }),
      };
    case 'csv':
      return {
        type: 'text/csv; charset=utf-8; header=present',
        head: csvHead(columns),
        line: (entry) => csvLine(columns, entry),
        end: () => '',
        broken: undefined,
      };
    default:
      throw new OptionError('format', `must be one of ${FILE_FORMATS.join(', ')}`, name);
  }
}

/** Sends a list as a file, while it is read. @throws {OptionError} */
export async function sendFile<T>({ query, request }: Call, source: FileSource<T>): Promise<Response> {
  const name = query.get('format') ?? 'ndjson';
  const format = formatOf(name, source);
  // What goes wrong at once is answered as an error, not as a file.
  const first = await source.parts.next();
  return streamTexts(linesOf(first, source, format), request, {
    'Content-Type': format.type,
    'Content-Disposition': `attachment; filename="${fileName([source.noun, ...source.words])}.${name}"`,
  });
}

async function* linesOf<T>(
  first: IteratorResult<readonly T[], undefined>,
  { parts }: FileSource<T>,
  format: Format<T>,
): AsyncGenerator<string, undefined> {
  let sent = 0;
  const textOf = (entries: readonly T[]): string => {
    sent += entries.length;
    return entries.map(format.line).join('');
  };
  try {
    yield format.head;
    if (first.value !== undefined) yield textOf(first.value);
    for await (const entries of parts) yield textOf(entries);
    yield format.end(sent);
  } catch (error) {
    if (format.broken === undefined || !(error instanceof LinstockError)) throw error;
    yield format.broken(error);
  }
}

/** `jobs-failed-mail-20260131T120000Z`: what it holds, and when it was begun. */
function fileName([noun = '', ...words]: readonly string[]): string {
  const safe = words.map((word) => word.replaceAll(/[^\w.]+/g, '-').slice(0, 40));
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return [noun, ...safe, at].join('-').replaceAll(/-{2,}/g, '-');
}
