import { expect, test } from 'vitest';
import { AheadTable, createAheadMemory } from './ahead-table.ts';
import type { HeldJob } from './held-jobs.ts';
import { Intake } from './intake.ts';
import { heldClaim, recordText } from './testing/claims.ts';

const RECORD = recordText();

function newIntake(): { intake: Intake; gone: HeldJob[]; thread: AheadTable } {
  const memory = createAheadMemory();
  const gone: HeldJob[] = [];
  const settle = (job: HeldJob): void => {
    job.state = 'settled';
    gone.push(job);
  };
  return { intake: new Intake(new AheadTable(memory), settle), gone, thread: new AheadTable(memory) };
}

function nextIds(intake: Intake): string[] {
  const ids: string[] = [];
  for (let job = intake.next(); job !== undefined; job = intake.next()) ids.push(job.id);
  return ids;
}

test('jobs come out in the order of claiming', () => {
  const { intake } = newIntake();
  const [first, second] = [heldClaim([RECORD, RECORD]), heldClaim([RECORD])];
  intake.add(first);
  intake.add(second);
  expect(intake.size).toBe(3);
  expect(nextIds(intake)).toEqual([...first.jobs, ...second.jobs].map(({ id }) => id));
  expect([intake.size, intake.next()]).toEqual([0, undefined]);
});

test('a job that the thread took away is passed over, and told', () => {
  const { intake, gone, thread } = newIntake();
  const claim = heldClaim([RECORD, RECORD]);
  intake.add(claim);
  const first = intake.next();
  thread.takeOverdue(-1);
  expect(intake.next()).toBeUndefined();
  expect(gone).toEqual([claim.jobs[1]]);
  expect(first).toBe(claim.jobs[0]);
  expect(intake.size).toBe(0);
});

test('the news that the thread took a job away counts once', () => {
  const { intake, gone, thread } = newIntake();
  const claim = heldClaim([RECORD, RECORD]);
  intake.add(claim);
  thread.takeOverdue(-1);
  for (const job of [...claim.jobs, ...claim.jobs]) intake.drop(job);
  expect(gone).toEqual(claim.jobs);
  expect([intake.size, intake.next()]).toEqual([0, undefined]);
});

test('a dropped job can be taken by nobody, whatever its block is used for next', () => {
  const { intake, thread } = newIntake();
  const claim = heldClaim([RECORD, RECORD]);
  intake.add(claim);
  for (const job of claim.jobs.slice(0, 1)) intake.drop(job);
  expect(thread.takeOverdue(-1).flatMap(({ ids }) => ids)).toEqual([claim.jobs[1]?.id]);
});

test('blocks are free again when their jobs have left, so that there is always room', () => {
  const { intake } = newIntake();
  for (let i = 0; i < 1000; i++) {
    const claim = heldClaim([RECORD]);
    intake.add(claim);
    if (i % 2 === 0) intake.next();
    else for (const job of claim.jobs) intake.drop(job);
  }
  expect(intake.hasRoom).toBe(true);
  expect(intake.size).toBe(0);
});
