import { Monitor } from '@linstock/core';
import type { ProbeSource } from '@linstock/worker';
import type { Invocation } from '../command.ts';
import { defineCommand, option, plainOption } from '../command.ts';
import { openConnection } from '../connect.ts';
import { untilIdle } from '../idle.ts';
import type { Settings } from '../options.ts';
import { DEFAULTS } from '../options.ts';
import { duration, wholeNumberFrom } from '../parse-values.ts';
import { FleetProbe } from '../fleet-probe.ts';
import type { Serving, WorkerPlan } from '../run-worker.ts';
import { startWorker } from '../run-worker.ts';
import type { StopSignals } from '../signals.ts';
import { listenForStop } from '../signals.ts';
import type { Tell } from '../worker-fleet.ts';
import { WorkerFleet } from '../worker-fleet.ts';
import { workerOptions } from '../worker-options.ts';
import type { ProbeFlags } from '../worker-probe.ts';
import { checkProbe, openProbe, probeOptions } from '../worker-probe.ts';
import type { WorkerFlags } from '../worker-plan.ts';
import { makeWorkerPlan } from '../worker-plan.ts';

interface Flags extends WorkerFlags, ProbeFlags {
  readonly processes?: number;
  readonly once?: boolean;
  readonly idleTimeout?: number;
}

/** A worker in this process, or several in processes of their own. */
interface Running {
  readonly ended: Promise<void>;
  readonly serving: Serving;
  /** Undefined: nobody asked for one. */
  readonly probe: ProbeSource | undefined;
  stop(options?: { readonly now?: boolean }): Promise<void>;
  kill(): void;
}

export const worker = defineCommand<Flags>({
  usage: 'worker [module...]',
  summary: 'Run the jobs of the modules that are named here or in linstock.config.',
  details:
    'A module exports what defineHandler(contract, handler) returns: by name, as default, or inside an array or object. Queues are tried in the order given; weights (mail:5) are not available yet. SIGTERM and SIGINT let running jobs end, the second one gives them back at once. With --probe-port, /livez tells that the process works, /readyz that it takes jobs (503 as soon as it is told to stop, or has lost Redis), /metrics what it ran, for Prometheus; with --processes one port tells of all of them. Logs go to standard error.',
  examples: [
    'linstock worker jobs.ts',
    'linstock worker jobs/*.js --queues mail,default --concurrency 50 --processes 4',
    'linstock worker jobs.js --probe-port 9090 --probe-host 0.0.0.0      for Kubernetes and Prometheus',
    'linstock worker jobs.js --once                 until nothing waits and nothing runs',
  ],
  stopsItself: true,
  options: [
    ...workerOptions,
    option(
      '--processes <n>',
      `processes, 1 to 64; one that dies is started again (default ${DEFAULTS.processes})`,
      wholeNumberFrom(1, 64),
    ),
    plainOption('--once', 'end when nothing waits and nothing runs; what is scheduled for later stays'),
    option('--idle-timeout <duration>', 'end when nothing waited and nothing ran for this long', duration),
    ...probeOptions,
  ],
  run: async (invocation) => {
    checkProbe(invocation.options);
    const settings = await invocation.settings();
    const plan = makeWorkerPlan(settings, invocation.options, (invocation.args[0] ?? []) as string[]);
    (await openConnection(settings)).close();
    const probe = await openProbe(invocation.options, invocation.output);
    const here: { running?: Running } = {};
    const signals = listenForStop({
      hurry: () => here.running?.stop({ now: true }),
      kill: () => here.running?.kill(),
    });
    try {
      const running = await start(plan, invocation, settings);
      here.running = running;
      if (running.probe !== undefined) probe.source.source = running.probe;
      await Promise.race([
        signals.first,
        running.ended,
        idle(running.serving, invocation.options, { settings, signals }),
      ]);
      await running.stop();
    } finally {
      await probe.close();
    }
  },
});

async function start(
  plan: WorkerPlan,
  { options, output }: Invocation<Flags>,
  settings: Settings,
): Promise<Running> {
  const processes = options.processes ?? settings.worker.processes;
  if (processes > 1) return startFleet(plan, processes, (line) => output.note(line));
  const one = await startWorker(plan);
  const { serving, ended, probe } = one;
  return { serving, ended, probe, stop: (how) => one.stop(how), kill: () => undefined };
}

async function startFleet(plan: WorkerPlan, processes: number, tell: Tell): Promise<Running> {
  const fleet = new WorkerFleet(plan, tell);
  try {
    const serving = await fleet.start(processes);
    // Whoever of it ends is started again.
    return {
      serving,
      ended: new Promise(() => undefined),
      probe: plan.isProbed ? new FleetProbe(fleet) : undefined,
      stop: (how) => fleet.stop(how),
      kill: () => fleet.kill(),
    };
  } catch (error) {
    await fleet.stop();
    throw error;
  }
}

/** Resolves when the worker has nothing left to do, if it was asked to end then. */
async function idle(
  { queues }: Serving,
  { once, idleTimeout }: Flags,
  { settings, signals }: { readonly settings: Settings; readonly signals: StopSignals },
): Promise<void> {
  const idleForMs = once === true ? 0 : idleTimeout;
  if (idleForMs === undefined) return new Promise(() => undefined);
  const monitor = new Monitor({ redis: settings.redis, namespace: settings.namespace });
  try {
    await untilIdle({ monitor, queues, idleForMs, signal: signals.signal });
  } finally {
    await monitor.close();
  }
}
