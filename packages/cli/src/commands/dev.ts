import { Monitor } from '@linstock/core';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Invocation } from '../command.ts';
import { defineCommand, plainOption } from '../command.ts';
import { openConnection, withClient } from '../connect.ts';
import { DevWorker } from '../dev-worker.ts';
import { reportUnserved } from '../unserved.ts';
import { toJsonLine } from '../escape.ts';
import type { Settings } from '../options.ts';
import { DEFAULTS } from '../options.ts';
import type { Output } from '../output.ts';
import { redact } from '../redact.ts';
import { hello } from '../sample-jobs.ts';
import type { ServedDashboard } from '../serve-dashboard.ts';
import { DASHBOARD_HOST, DASHBOARD_PORT, serveDashboard } from '../serve-dashboard.ts';
import { listenForStop } from '../signals.ts';
import type { OpenedStore } from '../store/open-store.ts';
import { openStore } from '../store/open-store.ts';
import { watchFiles } from '../watch-files.ts';
import type { WorkerFlags } from '../worker-plan.ts';
import { makeWorkerPlan } from '../worker-plan.ts';
import { workerOptions } from '../worker-options.ts';

interface Flags extends WorkerFlags {
  readonly embedded?: boolean;
  readonly directory?: string;
}

const SAMPLE_TIMEOUT_MS = 10_000;
const SAMPLE = fileURLToPath(new URL('../sample-jobs.js', import.meta.url));

export const dev = defineCommand<Flags>({
  usage: 'dev [module...]',
  summary: 'Start a store and a worker that restarts when a source changes; for development.',
  details:
    'The store: --redis or its variables, else redis-server or valkey-server on PATH with its data in .linstock, else an embedded one that keeps nothing on disk. Sources below the folders of the modules are watched. Without a module a sample job is run.',
  examples: ['linstock dev', 'linstock dev jobs.ts', 'linstock dev jobs.ts --embedded'],
  stopsItself: true,
  options: [
    ...workerOptions,
    plainOption('--embedded', 'the embedded store, even where redis-server is installed'),
    plainOption('--directory <folder>', 'where a started server keeps its data (default .linstock)'),
  ],
  run: async (invocation) => {
    const { options, output } = invocation;
    const settings = await invocation.settings();
    let worker: DevWorker | undefined;
    const signals = listenForStop({ hurry: () => worker?.stop({ now: true }), kill: () => worker?.kill() });
    const store = await openDevStore(settings, options, output);
    const here = { ...settings, redis: store?.url ?? settings.redis };
    let dashboard: ServedDashboard | undefined;
    let unwatch: (() => void) | undefined;
    try {
      (await openConnection(here)).close();
      const modules = chosenModules(invocation, settings);
      const plan = makeWorkerPlan(here, options, modules);
      worker = new DevWorker(plan, (how) =>
        output.warn(`the worker ended (${how}); it starts again when a source changes`),
      );
      printStore(output, here, store);
      dashboard = await serveDashboard(here, { host: DASHBOARD_HOST, port: DASHBOARD_PORT });
      output.note(`look     ${dashboard.url}`);
      const started = startWorker(worker, output);
      // Watched from here: a source may change after its worker has read it and before that is up.
      unwatch = watchFiles(foldersOf(plan.modules), onChange({ worker, output, started }));
      await started;
      if (modules[0] === SAMPLE) await runSample(here, output);
      const monitor = new Monitor({ redis: here.redis, namespace: here.namespace });
      await Promise.race([
        signals.first,
        reportUnserved(monitor, signals.signal, (line) => output.warn(line)),
      ]);
      unwatch();
      await monitor.close();
      output.note('stopping: running jobs may end; Ctrl-C again gives them back at once');
    } finally {
      unwatch?.();
      await dashboard?.close();
      await worker?.stop();
      await store?.stop();
    }
  },
});

async function openDevStore(
  settings: Settings,
  flags: Flags,
  output: Output,
): Promise<OpenedStore | undefined> {
  const { redis, isRedisGiven } = settings;
  // A Sentinel or a Cluster has no URL: it is used as it is.
  if (isRedisGiven && typeof redis !== 'string') return undefined;
  return openStore({
    url: isRedisGiven ? (redis as string) : undefined,
    directory: flags.directory,
    preferEmbedded: flags.embedded,
    onProgress: (line) => output.note(line),
  });
}

function chosenModules({ args }: Invocation<Flags>, settings: Settings): readonly string[] {
  const named = (args[0] ?? []) as string[];
  if (named.length > 0) return named;
  return settings.worker.modules.length > 0 ? settings.worker.modules : [SAMPLE];
}

function printStore(output: Output, { redis, namespace }: Settings, store: OpenedStore | undefined): void {
  const where = typeof redis === 'string' ? redact(redis) : 'as configured';
  output.note(`store    ${store?.kind ?? 'given'}: ${where}, namespace ${namespace}`);
  if (store?.persistent === false)
    output.warn('NOTHING IS KEPT ON DISK: all jobs are gone when this command ends');
  if (typeof redis !== 'string' || store?.kind === 'given') return;
  const own = namespace === DEFAULTS.namespace ? '' : ` --namespace ${namespace}`;
  output.note(`try      linstock status --redis ${where}${own}`);
}

async function startWorker(worker: DevWorker, output: Output): Promise<void> {
  try {
    const { pid, serving, tookMs } = await worker.replace();
    const what = `queues ${serving.queues.join(', ')}; jobs ${serving.jobs.join(', ')}`;
    output.note(`worker   pid ${pid} after ${Math.round(tookMs)} ms: ${what}`);
  } catch (error) {
    output.error(error);
    output.note('the worker starts again when a source changes');
  }
}

interface Running {
  readonly worker: DevWorker;
  readonly output: Output;
  /** Its first start. */
  readonly started: Promise<void>;
}

function onChange({ worker, output, started }: Running): (file: string) => void {
  // One after the other: a change during a start leads to one more start.
  let before = started;
  return (file) => {
    before = before.then(() => {
      output.note(`changed  ${path.relative('', file)}`);
      return startWorker(worker, output);
    });
  };
}

async function runSample(settings: Settings, output: Output): Promise<void> {
  await withClient(settings, async (client) => {
    const handle = await client.enqueue(hello, { name: 'Linstock' });
    output.note(`sample   job ${handle.id} (${hello.name}) is enqueued`);
    const result = await handle
      .result({ timeoutMs: SAMPLE_TIMEOUT_MS })
      .catch((error: unknown) => output.error(error));
    if (result !== undefined) output.note(`sample   it succeeded: ${toJsonLine(result)}`);
  });
}

/** The folders of the modules; one inside another is watched with it. */
function foldersOf(modules: readonly string[]): string[] {
  const folders = modules.filter((file) => file !== SAMPLE).map((file) => path.dirname(file));
  return [...new Set(folders)];
}
