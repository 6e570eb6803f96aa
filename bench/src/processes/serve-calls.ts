import type { Answer, Call, Methods } from './calls.ts';

function send(message: Answer): void {
  process.send?.(message);
}

async function answer(
  method: ((params: unknown) => Promise<unknown>) | undefined,
  { call, params }: Call,
): Promise<void> {
  try {
    if (method === undefined) throw new Error('No such method.');
    send({ kind: 'result', call, result: await method(params) });
  } catch (error) {
    send({
      kind: 'error',
      call,
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

/** Answers the parent's calls until the parent is gone, and then ends this process whatever it is doing. */
export function serveCalls<T extends Methods<T>>(methods: T): void {
  const byName = new Map<string, (params: unknown) => Promise<unknown>>(Object.entries(methods));
  process.on('message', (call: Call) => void answer(byName.get(call.method), call));
  process.on('disconnect', () => process.exit());
}
