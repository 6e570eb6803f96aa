import type { AlertView, Monitor } from '@linstock/core';

/** An alert that fires and is not silent. */
export type FiringAlert = Pick<AlertView, 'id' | 'name'>;

/** Alerts are looked at every ten seconds: what they are need not be read more often than this. */
const EVERY_MS = 5000;

/** Reads which alerts fire, once for all who look. */
export class FiringReader {
  readonly #monitor: Pick<Monitor, 'alerts'>;
  readonly #now: () => number;
  #kept: { readonly at: number; readonly firing: readonly FiringAlert[] } = { at: 0, firing: [] };

  constructor(monitor: Pick<Monitor, 'alerts'>, now: () => number) {
    this.#monitor = monitor;
    this.#now = now;
  }

  /** @throws {RedisError} */
  async latest(): Promise<readonly FiringAlert[]> {
    const at = this.#now();
    if (at - this.#kept.at < EVERY_MS) return this.#kept.firing;
    const alerts = await this.#monitor.alerts();
    const firing = alerts
      .filter(({ isFiring, silencedUntil = 0 }) => isFiring && silencedUntil <= at)
      .map(({ id, name }) => ({ id, name }));
    this.#kept = { at, firing };
    return firing;
  }
}
