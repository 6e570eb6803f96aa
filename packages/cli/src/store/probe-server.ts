import { connect } from 'node:net';

/** What a port answered: `loading` while a server reads its append-only file. */
export interface ProbeAnswer {
  readonly state: 'ready' | 'loading' | 'silent';
  /** The answering process, where the server tells it; two servers may race for one port. */
  readonly pid?: number;
}

const SILENT: ProbeAnswer = { state: 'silent' };

/** Sends PING and INFO to 127.0.0.1:`port` over a new connection; never rejects. */
export async function probeServer(port: number, timeoutMs = 1_000): Promise<ProbeAnswer> {
  try {
    const request = 'PING\r\nINFO server\r\n';
    return readAnswer(await exchange({ port, request, isWhole: namesItsProcess, timeoutMs }));
  } catch {
    // Refused, cut or too slow: nobody who could be used listens there.
    return SILENT;
  }
}

/**
 * Least time of a PING round trip to 127.0.0.1:`port`, in ms, connecting included: a server that answers by a timer is late
 * each time, one on a busy machine is not. Ends with the first that takes at most `quickMs`, or after `samples` of them.
 * The first one only begins the measurement: it may come just before a timer.
 *
 * @throws Error when the server does not answer within five seconds.
 */
export async function measureLatencyMs(port: number, quickMs: number, samples = 50): Promise<number> {
  let leastMs = Number.POSITIVE_INFINITY;
  for (let sample = 0; sample <= samples && leastMs > quickMs; sample++) {
    const ms = await pingMs(port);
    if (sample > 0) leastMs = Math.min(leastMs, ms);
  }
  return leastMs;
}

async function pingMs(port: number): Promise<number> {
  const startedAt = performance.now();
  const isWhole = (reply: string): boolean => reply.endsWith('\r\n');
  await exchange({ port, request: 'PING\r\n', isWhole, timeoutMs: 5_000 });
  return performance.now() - startedAt;
}

function namesItsProcess(reply: string): boolean {
  // A server with a password does not say who it is.
  return reply.startsWith('-NOAUTH') || /process_id:\d+\r\n/.test(reply);
}

function readAnswer(reply: string): ProbeAnswer {
  const pid = /process_id:(\d+)\r\n/.exec(reply)?.[1];
  const state = reply.startsWith('+PONG') || reply.startsWith('-NOAUTH') ? 'ready' : 'loading';
  return pid === undefined ? { state } : { state, pid: Number(pid) };
}

interface Exchange {
  readonly port: number;
  readonly request: string;
  readonly isWhole: (reply: string) => boolean;
  readonly timeoutMs: number;
}

function exchange({ port, request, isWhole, timeoutMs }: Exchange): Promise<string> {
  return new Promise((resolve, reject) => {
    let reply = '';
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(request));
    const timer = setTimeout(() => socket.destroy(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      reply += chunk;
      if (!isWhole(reply)) return;
      resolve(reply);
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      reject(new Error('The server closed the connection'));
    });
  });
}
