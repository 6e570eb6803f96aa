import type { ProbeSource } from '@linstock/worker';

/** What a probe tells before there is a worker. */
export const NOT_STARTED: ProbeSource = {
  health: () => ({ isLive: true, isReady: false, reason: 'starting' }),
  metrics: async () => [],
};

/** A probe answers from the first moment on; what it tells of comes later. */
export class LateSource implements ProbeSource {
  source: ProbeSource = NOT_STARTED;

  health(): ReturnType<ProbeSource['health']> {
    return this.source.health();
  }

  metrics(): ReturnType<ProbeSource['metrics']> {
    return this.source.metrics();
  }
}
