import type { Client } from '@linstock/core';
import type { runs } from './script-calls.ts';
import type { ChangePlan, Stage } from './stage.ts';
import { act } from './stage.ts';
import type { StoredJob } from './store-snapshot.ts';

/** One change that a person makes, by a process that is killed and then by another one. */
export interface Change {
  readonly script: Parameters<typeof runs>[0];
  readonly plan: ChangePlan;
  /** The same, by whoever finds out that it may not have happened. */
  readonly again: (client: Client) => Promise<unknown>;
  /** Lets what was changed go to its end. */
  readonly finish?: () => Promise<unknown>;
  /** Lines of its tail that tell of the change; exactly one must be there. */
  readonly code?: string;
  /** Part of its accepted result. */
  readonly result?: string;
}

/** Nobody serves it. */
const NOWHERE = 'nowhere';
const LATER = { in: '1h' } as const;

/** Some that wait for each kind of change of a job. */
export async function jobChanges(stage: Stage, name: string): Promise<readonly Change[]> {
  const { client } = stage;
  const concurrency = { key: `{${name}}`, limit: 1 };
  const moved = await stage.enqueue({ ms: 2 }, { queue: NOWHERE, concurrency });
  const updated = await stage.enqueue({}, { queue: NOWHERE });
  const rescheduled = await stage.schedule({}, LATER);
  const hastened = await stage.schedule({}, LATER);
  const to = { queue: 'default' } as const;
  const input = { out: 7 };
  const at = Date.now() + 1_800_000;
  const of = 'client';
  return [
    {
      script: 'move',
      code: 'M',
      plan: { of, method: 'move', id: moved, args: [to] },
      again: (other) => other.move(moved, to),
    },
    {
      script: 'update',
      code: 'U',
      result: `"pad":"${'x'.repeat(7)}"`,
      plan: { of, method: 'update', id: updated, args: [null, { input }] },
      again: (other) => other.update(updated, { input }),
      finish: () => client.move(updated, to),
    },
    {
      script: 'reschedule',
      code: 'T',
      plan: { of, method: 'reschedule', id: rescheduled, args: [{ at }] },
      again: (other) => other.reschedule(rescheduled, { at: new Date(at) }),
      finish: () => client.promote(rescheduled),
    },
    {
      script: 'hasten',
      code: 'H',
      plan: { of, method: 'promote', id: hastened, args: [] },
      again: (other) => other.promote(hastened),
    },
  ];
}

/** Of a queue: limits, a pause, and its end. */
export function queueChanges(queue: string): readonly Change[] {
  const settings = { limit: 1 };
  const plan = (method: string, args: readonly unknown[] = []): ChangePlan => ({
    of: 'queue',
    method,
    id: queue,
    args,
  });
  return [
    {
      script: 'configure',
      plan: plan('configure', [settings]),
      again: (other) => other.queue(queue).configure(settings),
    },
    { script: 'pause', plan: plan('pause'), again: (other) => other.queue(queue).pause() },
    { script: 'resume', plan: plan('resume'), again: (other) => other.queue(queue).resume() },
  ];
}

/** Of a recurring job, from its definition to its end. */
export function recurringChanges(id: string): readonly Change[] {
  const schedule = { every: '1d' } as const;
  const plan = (method: string, args: readonly unknown[] = []): ChangePlan => ({
    of: 'recurring',
    method,
    id,
    args,
  });
  return [
    {
      script: 'define',
      plan: plan('upsert', [{}, schedule]),
      again: (other) => other.recurring.upsert(id, act, {}, schedule),
    },
    { script: 'adjust', plan: plan('pause'), again: (other) => other.recurring.pause(id) },
    { script: 'undefine', plan: plan('remove'), again: (other) => other.recurring.remove(id) },
  ];
}

/** Changes of jobs that did not happen exactly once, or did not count. Pure. */
export function wrongChanges(
  jobs: ReadonlyMap<string, StoredJob>,
  changes: readonly Change[],
): readonly string[] {
  return changes.flatMap(({ script, code, result, plan: { id } }) => {
    if (code === undefined) return [];
    const tail = jobs.get(id)?.tail ?? [];
    const text = `${script} of ${id}: ${tail.map((line) => `${line.code} ${line.json}`).join(' | ')}`;
    const isOnce = tail.filter((line) => line.code === code).length === 1;
    const hasRun = tail.at(-1)?.code === 'S' && tail.at(-1)?.json.includes(result ?? '') === true;
    return isOnce && hasRun ? [] : [text];
  });
}
