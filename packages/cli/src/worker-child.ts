import { codeOf } from './exit-codes.ts';
import type { RunningWorker } from './run-worker.ts';
import { startWorker } from './run-worker.ts';
import { NOT_STARTED } from './late-source.ts';
import type { ChildMessage, ParentMessage } from './worker-messages.ts';

/** A process that becomes a worker when its parent says so; until then it has loaded what takes time. */
let starting: Promise<RunningWorker | undefined> | undefined;
let running: RunningWorker | undefined;

process.on('message', (message: ParentMessage) => {
  if (message.kind === 'stop') void stop(message.now);
  else if (message.kind === 'report') void report(message);
  else starting ??= start(message);
});
// The parent is gone: nobody else would stop this process.
process.on('disconnect', () => void stop());
process.on('SIGTERM', () => void stop());
// Ctrl-C reaches all processes of a terminal; the parent decides.
process.on('SIGINT', () => undefined);

void import('@linstock/worker');

async function start({
  plan,
}: Extract<ParentMessage, { kind: 'start' }>): Promise<RunningWorker | undefined> {
  try {
    const worker = await startWorker(plan);
    running = worker;
    tell({ kind: 'ready', serving: worker.serving });
    // Somebody has told it to stop from elsewhere: then this process has nothing left to do.
    void worker.ended.then(() => stop());
    return worker;
  } catch (error) {
    const [message, stack] =
      error instanceof Error ? [error.message, error.stack ?? ''] : [String(error), ''];
    process.exitCode = 1;
    tell({ kind: 'failed', code: codeOf(error), message, stack });
    return undefined;
  }
}

async function report({ number, hasMetrics }: Extract<ParentMessage, { kind: 'report' }>): Promise<void> {
  const probe = running?.probe ?? NOT_STARTED;
  const [health, metrics] = [await probe.health(), hasMetrics ? await probe.metrics() : []];
  tell({ kind: 'report', number, report: { health, metrics } });
}

async function stop(now = false): Promise<void> {
  const worker = await starting;
  await worker?.stop({ now });
  process.exit();
}

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}
