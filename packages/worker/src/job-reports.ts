import type { JobRun } from './job-run.ts';
import type { ShardLink } from './shard-link.ts';

const FLUSH_MS = 100;
/** Of one call. */
const MOST_LINES = 200;
/** More are not kept of a job, so older ones need not be sent. */
const MOST_KEPT = 1000;
const MOST_PROGRESS = 4096;

interface Report {
  progress: string;
  readonly lines: string[];
}

/** Progress and log lines of running jobs, gathered for a moment and sent together. */
export class JobReports {
  readonly #linkOf: (run: JobRun) => ShardLink | undefined;
  readonly #failed: (error: unknown) => void;
  readonly #reports = new Map<JobRun, Report>();
  #timer: NodeJS.Timeout | undefined;

  constructor(linkOf: (run: JobRun) => ShardLink | undefined, failed: (error: unknown) => void) {
    this.#linkOf = linkOf;
    this.#failed = failed;
  }

  add(run: JobRun, progress: unknown, line: string | undefined): void {
    let report = this.#reports.get(run);
    if (report === undefined) this.#reports.set(run, (report = { progress: '', lines: [] }));
    if (progress !== undefined) report.progress = progressJson(progress);
    if (line !== undefined) report.lines.push(line);
    if (report.lines.length >= 2 * MOST_KEPT) report.lines.splice(0, report.lines.length - MOST_KEPT);
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Before a run's outcome: afterwards Redis would refuse what it reported last. */
  close(run: JobRun): void {
    const report = this.#reports.get(run);
    if (report === undefined) return;
    this.#reports.delete(run);
    this.#send(run, report).catch(this.#failed);
  }

  /** Sends what was gathered. A report that Redis did not take is dropped: the job itself does not depend on it. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const reports = [...this.#reports];
    this.#reports.clear();
    await Promise.all(reports.map(([run, report]) => this.#send(run, report).catch(this.#failed)));
  }

  async #send(run: JobRun, { progress, lines }: Report): Promise<void> {
    const { worker, claim, id } = run;
    const registry = this.#linkOf(run)?.registry;
    if (registry === undefined) return;
    // All at once: an outcome may follow, and after that they would come too late.
    const replies = await Promise.all(
      portions(lines.slice(-MOST_KEPT)).map((some) =>
        registry.progress({ worker, claim, id }, progress, some),
      ),
    );
    if (replies.includes('LOST')) run.abort('LEASE_LOST');
  }
}

/** At least one, because progress travels with it. */
function portions(lines: readonly string[]): (readonly string[])[] {
  const count = Math.max(1, Math.ceil(lines.length / MOST_LINES));
  return Array.from({ length: count }, (_, i) => lines.slice(i * MOST_LINES, (i + 1) * MOST_LINES));
}

function progressJson(progress: unknown): string {
  const json = JSON.stringify(progress) ?? 'null';
  return json.length <= MOST_PROGRESS
    ? json
    : JSON.stringify({ problem: `progress has ${json.length} characters of JSON, at most ${MOST_PROGRESS}` });
}
