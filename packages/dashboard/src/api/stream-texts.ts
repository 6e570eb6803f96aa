/** Sends values as lines of JSON, as {@link streamTexts} does. */
export function streamLines(lines: AsyncGenerator<object, undefined>, request: Request): Response {
  return streamTexts(jsonLines(lines), request, { 'Content-Type': 'application/x-ndjson' });
}

async function* jsonLines(lines: AsyncGenerator<object, undefined>): AsyncGenerator<string, undefined> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/** Sends texts as they come, no faster than they are read. Ends with the request. */
export function streamTexts(
  texts: AsyncGenerator<string, undefined>,
  { signal }: Request,
  headers: Readonly<Record<string, string>>,
): Response {
  const encoder = new TextEncoder();
  const stop = (): void => void texts.return(undefined);
  signal.addEventListener('abort', stop, { once: true });
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value } = await texts.next();
      if (value === undefined) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: stop,
  });
  return new Response(body, {
    headers: { 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no', ...headers },
  });
}
