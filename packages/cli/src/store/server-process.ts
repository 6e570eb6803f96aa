import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError } from './errors.ts';
import { findFreePort } from './free-port.ts';
import { type Guard, killWithParent } from './kill-with-parent.ts';
import { LogTail } from './log-tail.ts';
import { probeServer } from './probe-server.ts';
import { ended, hasEnded, stopChild } from './stop-child.ts';

const PROBE_EVERY_MS = 15;
const STOP_GRACE_MS = 10_000;
/** How often a free port may be snatched before we give up. */
const MAX_PORTS = 5;

/** How to start a `redis-server`, `valkey-server` or sentinel. */
export interface ServerProcessOptions {
  /** Path or name of the program. */
  readonly program: string;
  /** Working folder; created when missing. */
  readonly directory: string;
  /** Settings, as on the command line: `['--appendonly', 'yes']`. Later ones win over earlier and over ours. */
  readonly settings?: readonly string[];
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number | undefined;
  /** How long the server may take until it answers, loading its data included, in ms. @default 60000 */
  readonly startTimeoutMs?: number;
  /** Remove the folder if this process dies without stopping the server. @default false */
  readonly isDirectoryTemporary?: boolean;
}

/** A running server that this process started. It dies when this process dies. */
export interface ServerProcess {
  readonly port: number;
  readonly pid: number;
  /** Resolves when the server has ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** SIGTERM, and SIGKILL 10 s later; resolves when the server is gone. May be called twice. */
  stop(): Promise<void>;
  /** Any signal, at once. */
  signal(name: NodeJS.Signals): void;
  /** The end of the server's log. */
  log(): string;
}

/**
 * Starts a server program and waits until that very process answers PING.
 *
 * @throws StoreError `STORE_START_FAILED`, with the end of the server's log.
 */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  mkdirSync(options.directory, { recursive: true });
  for (let portsLeft = options.port === undefined ? MAX_PORTS : 1; ; portsLeft--) {
    const server = launch(options, options.port ?? (await findFreePort()));
    const failure = await waitUntilReady(server, options.startTimeoutMs ?? 60_000);
    if (failure === undefined) return publicFace(server);
    await stopChild(server.child, 0);
    const wasPortTaken = /address already in use/i.test(server.log.toString());
    if (wasPortTaken && portsLeft > 1) continue;
    throw new StoreError(
      'STORE_START_FAILED',
      `${options.program} ${failure}. The end of its log:\n${server.log.toString()}`,
      server.spawnError === undefined ? undefined : { cause: server.spawnError },
    );
  }
}

interface Launched {
  readonly child: ChildProcess;
  readonly port: number;
  readonly log: LogTail;
  readonly guard: Guard | undefined;
  spawnError?: Error;
}

function launch(options: ServerProcessOptions, port: number): Launched {
  const [first, ...rest] = options.settings ?? [];
  // A configuration file, which sentinels need, must be the first argument.
  const configFile = first === undefined || first.startsWith('--') ? [] : [first];
  const settings = configFile.length > 0 ? rest : (options.settings ?? []);
  const ours = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    options.directory,
    '--daemonize',
    'no',
  ];
  // Detached: Ctrl-C in the terminal must reach the worker, which still needs its store while it drains.
  const child = spawn(options.program, [...configFile, ...ours, ...settings], {
    cwd: options.directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const guarded = options.isDirectoryTemporary === true ? options.directory : '';
  const guard = child.pid === undefined ? undefined : killWithParent(child.pid, guarded);
  const log = new LogTail().follow(child.stdout, child.stderr);
  const launched: Launched = { child, port, log, guard };
  child.once('exit', () => guard?.release());
  child.once('error', (error) => (launched.spawnError = error));
  return launched;
}

/** Resolves to why the server is not usable, or to nothing. */
async function waitUntilReady(server: Launched, timeoutMs: number): Promise<string | undefined> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    await delay(PROBE_EVERY_MS);
    if (server.spawnError !== undefined) return `could not be run (${server.spawnError.message})`;
    if (hasEnded(server.child)) return `ended at once (exit code ${server.child.exitCode})`;
    const answer = await probeServer(server.port);
    const isOurs = answer.pid === undefined || answer.pid === server.child.pid;
    if (answer.state === 'ready' && isOurs) return undefined;
  }
  return `did not answer within ${timeoutMs} ms`;
}

function publicFace({ child, port, log }: Launched): ServerProcess {
  return {
    port,
    pid: child.pid ?? 0,
    ended: ended(child),
    stop: () => stopChild(child, STOP_GRACE_MS),
    signal: (name) => void child.kill(name),
    log: () => log.toString(),
  };
}
