import type { AlertView, Monitor } from '@linstock/core';

/** An alert that fires and is not silent. */
export type FiringAlert = Pick<AlertView, 'id' | 'name'>;

/** Alerts are looked at every ten seconds: what they are need not be read more often than this. */
const EVERY_MS = 5000;

/** Reads which alerts fire, once for all who look. */
export class FiringReader {
  readonly #monitor: Pick<Monitor, 'alerts'>;
  readonly #now: () => number;
  #kept: { readonly readAt: number; readonly firing: readonly AlertView[] } = { readAt: 0, firing: [] };

  constructor(monitor: Pick<Monitor, 'alerts'>, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
  }

  /** Those that fire, silent ones too. @throws {RedisError} */
  async latest(): Promise<readonly AlertView[]> {
    const readAt = this.#now();
    if (readAt - this.#kept.readAt < EVERY_MS) return this.#kept.firing;
    const alerts = await this.#monitor.alerts();
    this.#kept = { readAt, firing: alerts.filter(({ isFiring }) => isFiring) };
    return this.#kept.firing;
  }
}

/** Those that are not silent at an instant of Redis's clock. Pure. */
export function firingAt(firing: readonly AlertView[], at: number): readonly FiringAlert[] {
  return firing.filter(({ silencedUntil = 0 }) => silencedUntil <= at).map(({ id, name }) => ({ id, name }));
}
