const LINE_END = '\r\n';
const STAR = '*'.charCodeAt(0);
const DOLLAR = '$'.charCodeAt(0);

/** Cuts the bytes that a Redis client sends into whole requests. */
export class RequestSplitter {
  #pending: Buffer = Buffer.alloc(0);

  /** Takes the next bytes and returns the requests that are whole now, each as its exact bytes. */
  push(chunk: Buffer): Buffer[] {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const requests: Buffer[] = [];
    let from = 0;
    for (;;) {
      const end = endOfRequest(this.#pending, from);
      if (end === undefined) break;
      requests.push(this.#pending.subarray(from, end));
      from = end;
    }
    this.#pending = this.#pending.subarray(from);
    return requests;
  }
}

function endOfRequest(bytes: Buffer, from: number): number | undefined {
  const header = readLine(bytes, from);
  if (header === undefined) return undefined;
  // Anything but an array is an inline command: one line.
  if (bytes[from] !== STAR) return header.end;
  let at = header.end;
  for (let argument = 0; argument < header.count; argument++) {
    const length = readLine(bytes, at);
    if (length === undefined) return undefined;
    if (bytes[at] !== DOLLAR) throw new Error('A client sent an argument that is not a bulk string');
    at = length.end + length.count + LINE_END.length;
    if (at > bytes.length) return undefined;
  }
  return at;
}

function readLine(bytes: Buffer, from: number): { readonly count: number; readonly end: number } | undefined {
  const lineEnd = bytes.indexOf(LINE_END, from);
  if (lineEnd < 0) return undefined;
  return { count: Number(bytes.toString('latin1', from + 1, lineEnd)), end: lineEnd + LINE_END.length };
}
