import type { Writable } from 'node:stream';
import { escapeText, toJsonLine, toJsonText } from './escape.ts';
import { codeOf } from './exit-codes.ts';
import { redact } from './redact.ts';
import type { Column, Paint } from './table.ts';
import { paint, renderTable } from './table.ts';

/** What `-o` takes. */
export const OUTPUT_FORMATS = ['table', 'wide', 'json', 'ndjson', 'id'] as const;

/** One of {@link OUTPUT_FORMATS}. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Where and how things are printed. */
export interface OutputOptions {
  readonly format: OutputFormat;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly hasColor: boolean;
  /** Whether errors show their stack. */
  readonly isVerbose: boolean;
  readonly isJsonOnOneLine?: boolean;
}

/** Rows of one kind. */
export interface Listing<Row extends object> {
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  /** What `-o id` prints for a row. */
  readonly id: (row: Row) => string;
  /** What `-o json` prints: the rows, with what is known about all of them. */
  readonly json: object;
  /** Said on standard error when there is no row and a person reads. */
  readonly empty: string;
}

/** One thing with many fields. */
export interface Sheet {
  readonly json: object;
  readonly id: string;
  /** For people: a label and a text each. A text of several lines is printed line by line. */
  readonly fields: readonly (readonly [label: string, text: string | readonly string[], as?: Paint])[];
}

/** Data to standard output, everything else to standard error, where no password appears; nothing unescaped. */
export class Output {
  readonly format: OutputFormat;
  readonly hasColor: boolean;
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
    this.format = options.format;
    this.hasColor = options.hasColor;
  }

  /** Whether a person reads, rather than a program. */
  get isForPeople(): boolean {
    return this.format === 'table' || this.format === 'wide';
  }

  /** The same, with all that is said in one stream. */
  redirected(to: Writable): Output {
    return new Output({ ...this.#options, stdout: to, stderr: to });
  }

  /** The same, but JSON takes one line: for values that follow each other. */
  onOneLine(): Output {
    return new Output({ ...this.#options, isJsonOnOneLine: true });
  }

  /** Prints rows. */
  async list<Row extends object>(listing: Listing<Row>): Promise<void> {
    const { rows, columns } = listing;
    switch (this.format) {
      case 'json':
        return this.json(listing.json);
      case 'ndjson':
        return this.#writeAll(rows.map(toJsonLine));
      case 'id':
        return this.#writeAll(rows.map((row) => escapeText(listing.id(row))));
      case 'table':
      case 'wide':
        if (rows.length === 0) return this.note(listing.empty);
        return this.#writeAll(
          renderTable(rows, columns, { isWide: this.format === 'wide', hasColor: this.hasColor }),
        );
    }
  }

  /** Prints one thing. */
  async sheet({ json, id, fields }: Sheet): Promise<void> {
    if (this.format === 'json') return this.json(json);
    if (this.format === 'ndjson') return this.write(toJsonLine(json));
    if (this.format === 'id') return this.write(escapeText(id));
    const width = Math.max(...fields.map(([label]) => label.length)) + 2;
    for (const [label, text, as] of fields) {
      const [first = '', ...rest] = (typeof text === 'string' ? [text] : text).map(escapeText);
      await this.write(label.padEnd(width) + this.paint(first, as ?? 'plain'));
      for (const line of rest) await this.write(' '.repeat(width) + line);
    }
  }

  /** Prints a value as JSON. */
  json(value: unknown): Promise<void> {
    const isShort = this.format === 'ndjson' || this.#options.isJsonOnOneLine === true;
    return this.write(isShort ? toJsonLine(value) : toJsonText(value));
  }

  /** Prints one line of data; resolves when there is room for more. */
  async write(line: string): Promise<void> {
    const { stdout } = this.#options;
    if (stdout.write(`${line}\n`) || stdout.destroyed) return;
    await new Promise<void>((resolve) => {
      stdout.once('drain', resolve);
      stdout.once('close', resolve);
    });
  }

  /** Says something to the person at the terminal. */
  note(text: string): void {
    this.#options.stderr.write(`${redact(escapeText(text))}\n`);
  }

  /** Warns the person at the terminal. */
  warn(text: string): void {
    this.note(`warning: ${text}`);
  }

  /** One line with the code and what to do; the stack only where it was asked for. */
  error(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const label = this.paint('error', 'bad');
    this.#options.stderr.write(`${label} ${codeOf(error)}: ${redact(escapeText(message))}\n`);
    if (!this.#options.isVerbose || !(error instanceof Error)) return;
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      const lines = redact(cause.stack ?? cause.message).split('\n');
      this.#options.stderr.write(`${lines.map((line) => `  ${escapeText(line)}`).join('\n')}\n`);
    }
  }

  /** Text in a colour, where there are colours. */
  paint(text: string, as: Paint): string {
    return this.hasColor ? paint(text, as) : text;
  }

  async #writeAll(lines: readonly string[]): Promise<void> {
    for (const line of lines) await this.write(line);
  }
}
