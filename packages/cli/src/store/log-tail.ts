import type { Readable } from 'node:stream';

const DEFAULT_LIMIT_CHARS = 4_000;

/** The end of what a child process wrote, for error messages. Reading it also keeps the child's pipe from filling. */
export class LogTail {
  readonly #limitChars: number;
  #text = '';

  constructor(limitChars = DEFAULT_LIMIT_CHARS) {
    this.#limitChars = limitChars;
  }

  /** Follows a stream; several may be followed. Missing streams are ignored. */
  follow(...streams: readonly (Readable | null)[]): this {
    for (const stream of streams) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => {
        this.#text = (this.#text + chunk).slice(-this.#limitChars);
      });
    }
    return this;
  }

  toString(): string {
    return this.#text.trimEnd() || '(it wrote no log)';
  }
}
