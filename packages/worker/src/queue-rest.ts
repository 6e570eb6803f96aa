import type { JobRun } from './job-run.ts';
import type { Reporter } from './reporter.ts';
import type { ShardLink } from './shard-link.ts';

/** Lets what a run asks for rest. A queue is in every shard. */
export async function restQueues(
  links: readonly ShardLink[],
  { run, ms }: { readonly run: JobRun; readonly ms: number },
  reporter: Reporter,
): Promise<void> {
  const { id, held, worker, claim } = run;
  const own = links[held.claim.shard];
  const answer = await own?.registry.rest({ worker, claim, id }, ms);
  if (typeof answer !== 'object') return;
  const others = links.filter((link) => link !== own);
  await Promise.all(
    others.map((link) =>
      link.registry
        .restQueue(link.identity, answer.queue, ms)
        .catch((error: unknown) => reporter.trouble(error, 'rest')),
    ),
  );
}
