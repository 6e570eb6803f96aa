const MOST_MESSAGE = 4096;
const MOST_STACK = 4096;

/** An error of a handler as JSON: name, message and stack, each bounded. Anything may be thrown. */
export function errorJson(error: unknown): string {
  try {
    return describe(error);
  } catch {
    // A getter of the error threw, or its name is no text.
    return JSON.stringify({ name: 'Error', message: 'an error that cannot be shown' });
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error))
    return JSON.stringify({ name: 'Error', message: clip(textOf(error), MOST_MESSAGE) });
  // Whatever the type says: anybody can put anything there.
  const { name, message, stack, code } = error as { [K in 'name' | 'message' | 'stack' | 'code']?: unknown };
  return JSON.stringify({
    name: clip(String(name), 200),
    message: clip(String(message), MOST_MESSAGE),
    ...(typeof code === 'string' ? { code: clip(code, 200) } : {}),
    ...(typeof stack === 'string' ? { stack: clip(stack, MOST_STACK) } : {}),
  });
}

/** A thrown value that is no error, in words. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // Circular, a BigInt, or worse: its type is what can be told.
    return `a thrown ${typeof value}`;
  }
}

/** The beginning of a text that is too long. */
export function clip(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
