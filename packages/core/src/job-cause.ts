import type { JobView } from './store/job-reader.ts';

/** What a job failed by, in words. */
export interface JobCause {
  /** By an error, with a worker that died, or in another way, which no error tells. */
  readonly cause: 'error' | 'poison' | 'other';
  readonly name: string;
  readonly message: string;
  /** The first line of the stack that is not of a library. */
  readonly frame: string | undefined;
}

/** What a job failed by. */
export function causeOf({ state, error, history }: JobView): JobCause {
  if (error !== undefined)
    return { cause: 'error', name: error.name, message: error.message, frame: frameOf(error.stack) };
  if (state === 'failed' && history.at(-1)?.what === 'rescued')
    return { cause: 'poison', name: 'Poison', message: 'its workers died with it', frame: undefined };
  return { cause: 'other', name: 'Unknown', message: '', frame: undefined };
}

function frameOf(stack: string | undefined): string | undefined {
  const lines = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = lines.find((line) => !line.includes('node_modules') && !line.includes('node:'));
  return (own ?? lines[0])?.trim().slice(0, 300);
}
