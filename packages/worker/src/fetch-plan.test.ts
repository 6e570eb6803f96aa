import { describe, expect, test } from 'vitest';
import type { FetchState } from './fetch-plan.ts';
import { aheadOf, MOST_PER_CLAIM, planFetch } from './fetch-plan.ts';

const IDLE: FetchState = {
  concurrency: 10,
  running: 0,
  waiting: 0,
  requested: 0,
  callsUnderway: 0,
  outcomes: 0,
  ahead: 0,
  mayClaim: true,
};

function plan(state: Partial<FetchState>): number | undefined {
  return planFetch({ ...IDLE, ...state })?.claim;
}

describe('a claim', () => {
  test('asks for every free slot at once', () => {
    expect(plan({})).toBe(10);
    expect(plan({ running: 4 })).toBe(6);
  });

  test('counts what waits here and what is asked for already', () => {
    expect(plan({ running: 4, waiting: 2, requested: 3 })).toBe(1);
    expect(plan({ running: 4, waiting: 2, requested: 4 })).toBeUndefined();
  });

  test('is not sent while claiming is not allowed', () => {
    expect(plan({ mayClaim: false })).toBeUndefined();
  });

  test(`asks for at most ${MOST_PER_CLAIM} jobs`, () => {
    expect(plan({ concurrency: 5000 })).toBe(MOST_PER_CLAIM);
  });

  test('is smaller while handlers end at once, so that several calls overlap', () => {
    expect(plan({ concurrency: 100, ahead: 400 })).toBe(125);
    expect(plan({ concurrency: 100, ahead: 400, running: 50 })).toBe(MOST_PER_CLAIM);
  });

  test('is never sent while three calls are under way', () => {
    expect(plan({ concurrency: 5000, callsUnderway: 2, outcomes: 500 })).toBe(MOST_PER_CLAIM);
    expect(plan({ concurrency: 5000, callsUnderway: 3, outcomes: 500 })).toBeUndefined();
  });

  test('behind another call waits for outcomes, as long as jobs here will have some', () => {
    const busy = { concurrency: 100, ahead: 400, callsUnderway: 1 };
    expect(plan({ ...busy, waiting: 200, outcomes: 49 })).toBeUndefined();
    expect(plan({ ...busy, waiting: 200, outcomes: 50 })).toBe(125);
    expect(plan({ ...busy, waiting: 49, outcomes: 0 })).toBe(125);
  });

  test('as a second call must be worth it: 50 jobs, or all slots of a small worker', () => {
    expect(plan({ concurrency: 400, running: 351, callsUnderway: 1 })).toBeUndefined();
    expect(plan({ concurrency: 400, running: 350, callsUnderway: 1 })).toBe(50);
    expect(plan({ concurrency: 3, running: 0, callsUnderway: 1 })).toBe(3);
    expect(plan({ concurrency: 3, running: 1, callsUnderway: 1 })).toBeUndefined();
  });

  test('for jobs ahead of full slots waits until half of them are used up', () => {
    expect(plan({ running: 10, waiting: 16, ahead: 20 })).toBeUndefined();
    expect(plan({ running: 10, waiting: 10, ahead: 20 })).toBe(10);
  });

  test('is for free slots also when nothing is held ahead', () => {
    expect(plan({ running: 9, waiting: 0, ahead: 20 })).toBe(21);
  });
});

describe('outcomes', () => {
  test('leave at once when nothing else is to be sent', () => {
    expect(plan({ mayClaim: false, outcomes: 1 })).toBe(0);
  });

  test('travel with a claim', () => {
    expect(plan({ running: 9, outcomes: 1 })).toBe(1);
  });

  test('wait for the claim that follows soon while jobs wait here', () => {
    expect(plan({ running: 10, waiting: 19, ahead: 20, outcomes: 5 })).toBeUndefined();
  });

  test('do not wait for a claim that may not be sent', () => {
    expect(plan({ running: 10, waiting: 19, ahead: 20, outcomes: 5, mayClaim: false })).toBe(0);
  });

  test('gather while a call is under way, up to a hundred when handlers end at once', () => {
    expect(plan({ running: 0, mayClaim: false, callsUnderway: 1, outcomes: 99 })).toBeUndefined();
    expect(plan({ running: 0, mayClaim: false, callsUnderway: 1, outcomes: 100 })).toBe(0);
  });

  test('gather up to a full call when handlers take time', () => {
    expect(plan({ running: 10, callsUnderway: 1, outcomes: MOST_PER_CLAIM - 1 })).toBeUndefined();
    expect(plan({ running: 10, callsUnderway: 1, outcomes: MOST_PER_CLAIM })).toBe(0);
  });

  test('that do not exist are not sent', () => {
    expect(plan({ running: 10 })).toBeUndefined();
  });
});

describe('how many jobs are held ahead', () => {
  test('none while nothing is known, and none when a recent run was long', () => {
    expect(aheadOf(100, Infinity)).toBe(0);
    expect(aheadOf(100, 20)).toBe(0);
    expect(aheadOf(100, Number.NaN)).toBe(0);
  });

  test('as many as run within forty milliseconds, at most two claims', () => {
    expect(aheadOf(4, 1)).toBe(160);
    expect(aheadOf(1000, 1)).toBe(2 * MOST_PER_CLAIM);
  });

  test('none when nothing runs', () => {
    expect(aheadOf(0, 1)).toBe(0);
  });
});
