import { createIdSource } from '../job/job-id.ts';

/** The persons and jobs of the tests of scripts. */

/** When a test shard's clock starts. */
export const START_MS = 1_700_000_000_000;
/** Two workers; identities have 12 characters. */
export const ADA = 'AdaAdaAdaAda';
export const BOB = 'BobBobBobBob';

const nextId = createIdSource({ now: () => START_MS, randomBytes: (bytes) => bytes.fill(0) });
const nextJob = (): string => nextId(0);
/** Ids of jobs, in rising order. */
export const [A, B, C, D, E, F] = [nextJob(), nextJob(), nextJob(), nextJob(), nextJob(), nextJob()] as const;

/** Who changes jobs by hand. */
export const EVE = { who: 'eve', why: 'a test' } as const;

/** A claim number as it travels: 12 digits. */
export function no(n: number): string {
  return String(n).padStart(12, '0');
}

/** A line that a worker writes into a tail. */
export function tailLine(code: string, claim: string, worker = ADA): string {
  return `${code} ${worker} ${claim} 1 1 2 {}`;
}
