import path from 'node:path';
import { startEmbeddedServer } from './embedded-server.ts';
import { findServer, type FoundServer } from './find-server.ts';
import { startLocalServer } from './local-server.ts';

/** Where `linstock dev` keeps its data, below the current folder. */
export const DEFAULT_STORE_DIRECTORY = '.linstock';

/** Which store to use; with no option at all, whatever this machine offers. */
export interface OpenStoreOptions {
  /** A Redis that runs already; nothing is started then. */
  readonly url?: string | undefined;
  /** Folder for the data of a started server. @default '.linstock' */
  readonly directory?: string | undefined;
  /** Use the embedded store even where a server program is installed. @default false */
  readonly preferEmbedded?: boolean | undefined;
  /** Receives one line per step, for people. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** A store that answers. `stop` ends only what `openStore` started, and may be called twice. */
export interface OpenedStore {
  readonly url: string;
  readonly kind: 'given' | FoundServer['kind'] | 'embedded';
  /** Whether jobs outlive `stop`. For a given URL its owner decides; we assume so. */
  readonly persistent: boolean;
  stop(): Promise<void>;
}

/**
 * Opens a store: the given URL, else a server program found on `PATH`, else the embedded one, which keeps
 * nothing on disk (say so where the user reads).
 *
 * @throws StoreError when the store that was chosen does not start; it never falls through to the next kind.
 */
export async function openStore(options: OpenStoreOptions = {}): Promise<OpenedStore> {
  if (options.url !== undefined) {
    return { url: options.url, kind: 'given', persistent: true, stop: () => Promise.resolve() };
  }
  const progress = options.onProgress ?? (() => undefined);
  const found = options.preferEmbedded === true ? undefined : findServer();
  return found === undefined ? openEmbedded(progress) : openFound(found, options.directory, progress);
}

async function openFound(
  found: FoundServer,
  directory: string = DEFAULT_STORE_DIRECTORY,
  progress: (line: string) => void,
): Promise<OpenedStore> {
  progress(`Starting ${found.kind}, with its data in ${path.resolve(directory)}`);
  const server = await startLocalServer(found.path, directory);
  return { url: loopbackUrl(server.port), kind: found.kind, persistent: true, stop: () => server.stop() };
}

async function openEmbedded(progress: (line: string) => void): Promise<OpenedStore> {
  progress('Starting the embedded store (Valkey as WebAssembly)');
  const server = await startEmbeddedServer();
  progress('NOTHING IS KEPT ON DISK: when this process ends, all jobs are gone');
  return { url: loopbackUrl(server.port), kind: 'embedded', persistent: false, stop: () => server.stop() };
}

function loopbackUrl(port: number): string {
  return `redis://127.0.0.1:${port}`;
}
