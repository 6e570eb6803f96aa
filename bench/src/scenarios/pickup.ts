import type { Scenario } from '../scenario.ts';
import { percentile } from '../statistics.ts';

/** Long enough for the worker to be idle again before the next job. */
const EVERY_MS = 20;
const SLOTS = 10;

/** First jobs of both processes, which are slower while code is compiled. */
const WARM_UP_JOBS = 20;

/** From the call of enqueue in one process to the start of the handler in another, whose worker was idle. */
export const pickup: Scenario = {
  name: 'pickup',
  rows: ['pickup-p50', 'pickup-p99'],
  processes: 1,
  dependsOnRetention: false,
  async measure(session, sizes) {
    const jobs = WARM_UP_JOBS + sizes.pickups;
    const meter = await session.startWorkers({ slots: SLOTS, jobs, clock: 'monotonic-ns' });
    const { beganNs } = await session.producer.call('pace', { from: 0, count: jobs, everyMs: EVERY_MS });
    const { delivery, executions } = await session.drain(meter, jobs);
    const startedNs = executions[0]?.startedAt ?? new Float64Array(jobs);
    const latenciesUs = beganNs
      .map((began, n) => ((startedNs[n] ?? Number.NaN) - began) / 1e3)
      .slice(WARM_UP_JOBS);
    return {
      values: { 'pickup-p50': percentile(latenciesUs, 0.5), 'pickup-p99': percentile(latenciesUs, 0.99) },
      details: { 'max µs': percentile(latenciesUs, 1) },
      delivery,
    };
  },
};
