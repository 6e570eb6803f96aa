import type { MetricFamily } from '@linstock/core';
import { expect, test } from 'vitest';
import type { Reporting } from './fleet-probe.ts';
import { FleetProbe, healthOfAll } from './fleet-probe.ts';

const OK = { isLive: true, isReady: true, reason: 'ok' };
const QUIET = { isLive: true, isReady: false, reason: 'quiet' };
const DEAD = { isLive: false, isReady: false, reason: 'dead' };
const FLEET = { count: 2, isStopping: false };

test('several processes are ready when all are, and live while one does', () => {
  const all = [
    { pid: 1, health: OK },
    { pid: 2, health: OK },
  ];
  expect(healthOfAll(all, FLEET)).toEqual(OK);
  expect(healthOfAll(all, { ...FLEET, isStopping: true })).toMatchObject({ isLive: true, isReady: false });
  expect(
    healthOfAll(
      [
        { pid: 1, health: QUIET },
        { pid: 2, health: undefined },
      ],
      FLEET,
    ),
  ).toEqual({
    isLive: true,
    isReady: false,
    reason: '0 of 2 processes take jobs; process 1: quiet; process 2: no answer',
  });
  const hanging = [
    { pid: 1, health: DEAD },
    { pid: 2, health: undefined },
  ];
  expect(healthOfAll(hanging, FLEET).isLive).toBe(false);
  // All have died, and are started again.
  expect(healthOfAll([], FLEET)).toMatchObject({ isLive: true, isReady: false });
});

test('what a process had counted stays when it is silent, and when it has ended; its gauges end with it', async () => {
  const family = (name: string, type: 'counter' | 'gauge', value: number): MetricFamily => ({
    name,
    help: '',
    type,
    samples: [{ labels: {}, value }],
  });
  const process = (pid: number, value: number) => ({
    pid,
    value: value as number | undefined,
    async report() {
      const { value: n } = this;
      if (n === undefined) return undefined;
      return { health: OK, metrics: [family('jobs_total', 'counter', n), family('slots', 'gauge', 1)] };
    },
  });
  const [one, two, three] = [process(1, 5), process(2, 7), process(3, 1)];
  const processes = new Set<Reporting>([one, two]);
  const probe = new FleetProbe({ ...FLEET, processes });
  const values = async (): Promise<unknown> =>
    (await probe.metrics()).map(({ samples }) => samples[0]?.value);
  expect(await values()).toEqual([12, 2]);
  one.value = undefined;
  expect(await values()).toEqual([12, 2]);
  processes.delete(two);
  processes.add(three);
  expect(await values()).toEqual([13, 2]);
  expect(await values()).toEqual([13, 2]);
});
