import { describe, expect, test } from 'vitest';
import type { HeldJob } from './held-jobs.ts';
import { claimText, HeldJobs } from './held-jobs.ts';
import { heldClaim, recordText } from './testing/claims.ts';

const RECORD = recordText();
const SUSPECT = recordText({ crashes: 2 });
const LAST_CHANCE = recordText({ crashes: 5, blamed: 3 });

function jobsOf(records: readonly string[], held: HeldJobs): [HeldJob, ...HeldJob[]] {
  const [first, ...rest] = heldClaim(records, held).jobs;
  if (first === undefined) throw new Error('a claim of a test has at least one job');
  return [first, ...rest];
}

test('numbers of claims have twelve digits, so that they sort as text', () => {
  expect([claimText(1), claimText(999_999_999_999)]).toEqual(['000000000001', '999999999999']);
});

test('a claim is held until the last of its jobs is settled', () => {
  const held = new HeldJobs();
  const [first, second] = jobsOf([RECORD, RECORD], held);
  held.settle(first);
  expect(held.list()).toEqual([{ claim: first.claim.text, ids: [second?.id] }]);
  if (second !== undefined) held.settle(second);
  expect([held.list(), [...held.all()], held.isEmpty]).toEqual([[], [], true]);
});

test('settling twice counts once', () => {
  const held = new HeldJobs();
  const [first, second] = jobsOf([RECORD, RECORD], held);
  held.settle(first);
  held.settle(first);
  expect([...held.all()]).toEqual([second]);
});

test('an empty claim is not held', () => {
  const held = new HeldJobs();
  heldClaim([], held);
  expect(held.isEmpty).toBe(true);
});

test('a job is found by its claim and id until it is settled', () => {
  const held = new HeldJobs();
  const [job] = jobsOf([RECORD], held);
  const find = (): HeldJob | undefined => held.find(job.claim.number, job.id);
  expect([find(), held.find(job.claim.number + 1, job.id)]).toEqual([job, undefined]);
  held.settle(job);
  expect(find()).toBeUndefined();
});

test('what runs, and what has an outcome without an answer, is still held', () => {
  const held = new HeldJobs();
  const [running, finished] = jobsOf([RECORD, RECORD], held);
  running.state = 'running';
  if (finished !== undefined) finished.state = 'finished';
  expect(held.list()[0]?.ids).toEqual([running.id, finished?.id]);
});

describe('suspects', () => {
  test('a job that met two dead workers is one until it is settled', () => {
    const held = new HeldJobs();
    const [job] = jobsOf([SUSPECT, RECORD], held);
    expect([held.hasSuspect, held.hasLastChance]).toEqual([true, false]);
    held.settle(job);
    expect(held.hasSuspect).toBe(false);
  });

  test('one that was blamed three times must run alone', () => {
    const held = new HeldJobs();
    const [job] = jobsOf([LAST_CHANCE], held);
    expect(held.hasLastChance).toBe(true);
    held.settle(job);
    expect(held.hasLastChance).toBe(false);
  });
});

describe('when an identity is over', () => {
  test('nothing is held any more', () => {
    const held = new HeldJobs();
    jobsOf([LAST_CHANCE, RECORD], held);
    held.clear();
    expect([held.isEmpty, held.hasSuspect, held.hasLastChance]).toEqual([true, false, false]);
  });

  test('late outcomes of its jobs do not count against those of the next', () => {
    const held = new HeldJobs();
    const [old] = jobsOf([SUSPECT], held);
    held.clear();
    const again = held.add({ shard: 0, number: old.claim.number, worker: 'BobBobBobBob' }, [old.id, SUSPECT]);
    held.settle(old);
    expect([held.hasSuspect, held.find(old.claim.number, old.id)]).toEqual([true, again.jobs[0]]);
  });
});
