import { option, plainOption } from './command.ts';
import { UsageError } from './errors.ts';
import { LateSource } from './late-source.ts';
import type { Output } from './output.ts';
import { wholeNumberFrom } from './parse-values.ts';
import { makeProbe } from './worker-adapter.ts';

/** Flags of a command that can be probed. */
export interface ProbeFlags {
  readonly probePort?: number;
  readonly probeHost?: string;
}

const PROBE_HOST = '127.0.0.1';

/** Options of a command that can be probed. */
export const probeOptions = [
  option(
    '--probe-port <n>',
    'answer /livez, /readyz and /metrics there; 0: any free port (default: none)',
    wholeNumberFrom(0, 65_535),
  ),
  plainOption(
    '--probe-host <address>',
    `address to listen at; 0.0.0.0: for Kubernetes (default ${PROBE_HOST})`,
  ),
];

/** A probe that was asked for, or none. */
export interface OpenedProbe {
  /** What it tells of, once that is there. */
  readonly source: LateSource;
  close(): Promise<void>;
}

/** @throws {UsageError} a host without a port */
export function checkProbe({ probePort, probeHost }: ProbeFlags): void {
  if (probePort === undefined && probeHost !== undefined)
    throw new UsageError('--probe-host needs --probe-port, such as --probe-port 9090');
}

/** Listens, if a port is given. @throws {LinstockError} `PORT_UNAVAILABLE` */
export async function openProbe(
  { probePort, probeHost = PROBE_HOST }: ProbeFlags,
  output: Output,
): Promise<OpenedProbe> {
  const source = new LateSource();
  if (probePort === undefined) return { source, close: async () => undefined };
  const server = await (await makeProbe(source)).listen({ port: probePort, host: probeHost });
  output.note(`probe    port ${server.port} of ${probeHost}: /livez, /readyz, /metrics`);
  return { source, close: () => server.close() };
}
