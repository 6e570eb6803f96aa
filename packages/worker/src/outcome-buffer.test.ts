import { expect, test } from 'vitest';
import type { HeldJob } from './held-jobs.ts';
import type { OtherOutcome, OtherVerb } from './outcome-buffer.ts';
import { OutcomeBuffer } from './outcome-buffer.ts';
import { heldClaim, recordText } from './testing/claims.ts';

function jobs(count: number): HeldJob[] {
  return heldClaim(Array.from({ length: count }, () => recordText())).jobs;
}

function outcome(job: HeldJob, verb: OtherVerb): OtherOutcome {
  return { job, verb, line: 'line', delayMs: 0, error: undefined };
}

test('successes are grouped by claim, in the order of finishing', () => {
  const buffer = new OutcomeBuffer();
  const [a, b] = [jobs(2), jobs(1)];
  for (const job of [a[1], b[0], a[0]]) if (job !== undefined) buffer.succeed(job, `line of ${job.id}`);
  const { succeeded } = buffer.take();
  expect(succeeded.map(({ ids }) => ids)).toEqual([[a[1]?.id, a[0]?.id], [b[0]?.id]]);
  expect(succeeded.map(({ claim }) => claim)).toEqual([a[0]?.claim.text, b[0]?.claim.text]);
  expect(succeeded.flatMap(({ lines }) => lines)).toEqual(
    [a[1], a[0], b[0]].map((job) => `line of ${job?.id}`),
  );
});

test('other outcomes are grouped by what became of the job', () => {
  const buffer = new OutcomeBuffer();
  const outcomes = jobs(3).map((job, i) => outcome(job, i === 1 ? 'fail' : 'retry'));
  for (const one of outcomes) buffer.add(one);
  const { others } = buffer.take();
  expect([others.get('retry'), others.get('fail'), others.get('defer')]).toEqual([
    [outcomes[0], outcomes[2]],
    [outcomes[1]],
    undefined,
  ]);
});

test('taking empties the buffer; what comes later is a batch of its own', () => {
  const buffer = new OutcomeBuffer();
  const [first, second] = jobs(2);
  if (first !== undefined) buffer.succeed(first, 'first');
  const before = buffer.take();
  if (second !== undefined) buffer.succeed(second, 'second');
  expect(buffer.size).toBe(1);
  expect(before.succeeded.flatMap(({ lines }) => lines)).toEqual(['first']);
  expect(buffer.take().succeeded.flatMap(({ lines }) => lines)).toEqual(['second']);
  expect([buffer.size, buffer.take()]).toEqual([0, { succeeded: [], others: new Map() }]);
});

test('the size counts outcomes of all kinds', () => {
  const buffer = new OutcomeBuffer();
  const [first, second, third] = jobs(3);
  if (first !== undefined) buffer.succeed(first, '');
  if (second !== undefined) buffer.add(outcome(second, 'retry'));
  if (third !== undefined) buffer.add(outcome(third, 'retry'));
  expect(buffer.size).toBe(3);
});

test('results of more than one call may carry leave in several', () => {
  const buffer = new OutcomeBuffer();
  const all = jobs(60);
  for (const job of all) buffer.succeed(job, 'x'.repeat(300_000));
  const calls: string[][] = [];
  while (buffer.size > 0) calls.push(buffer.take().succeeded.flatMap(({ ids }) => ids));
  expect(calls.flat()).toEqual(all.map(({ id }) => id));
  expect(Math.max(...calls.map(({ length }) => length)) * 300_000).toBeLessThan(10_000_000);
  expect(calls.length).toBeLessThan(6);
});

test('what comes while a part waits is not lost, nor sent twice', () => {
  const buffer = new OutcomeBuffer();
  const all = jobs(61);
  for (const job of all.slice(0, 60)) buffer.succeed(job, 'x'.repeat(300_000));
  const first = buffer.take().succeeded.flatMap(({ ids }) => ids);
  for (const job of all.slice(60)) buffer.succeed(job, 'last');
  const rest: string[] = [];
  while (buffer.size > 0) rest.push(...buffer.take().succeeded.flatMap(({ ids }) => ids));
  expect([...first, ...rest]).toEqual(all.map(({ id }) => id));
});

test('many other outcomes leave in several calls; those that go to the front, the last ones first', () => {
  const buffer = new OutcomeBuffer();
  const all = jobs(1200);
  for (const job of all) buffer.add(outcome(job, 'release'));
  for (const job of all) buffer.add(outcome(job, 'retry'));
  const calls: { release: string[]; retry: string[] }[] = [];
  while (buffer.size > 0) {
    const { others } = buffer.take();
    const idsOf = (verb: OtherVerb): string[] => (others.get(verb) ?? []).map(({ job }) => job.id);
    calls.push({ release: idsOf('release'), retry: idsOf('retry') });
  }
  const ids = all.map(({ id }) => id);
  expect(calls.map(({ release }) => release)).toEqual([
    ids.slice(700),
    ids.slice(200, 700),
    ids.slice(0, 200),
  ]);
  expect(calls.flatMap(({ retry }) => retry)).toEqual(ids);
});
