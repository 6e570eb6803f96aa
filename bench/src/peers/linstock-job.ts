import { defineJob } from '@linstock/core';

import type { JobInput } from '../job-input.ts';

/** The queue of a job that names none. */
export const QUEUE = 'default';

export const noop = defineJob<JobInput>({ name: 'bench.noop' });
