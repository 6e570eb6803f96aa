import type { Mutant } from './mutant.ts';
import { OTHER_MUTANTS } from './mutants-of-the-rest.ts';
import { WORKER_MUTANTS } from './mutants-of-workers.ts';

export const MUTANTS: readonly Mutant[] = [...WORKER_MUTANTS, ...OTHER_MUTANTS];
