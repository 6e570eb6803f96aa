import type { ChangeOptions, WorkerOrders } from '@linstock/core';
import { changeNamed } from './change-named.ts';
import type { Invocation } from './command.ts';
import type { ReasonFlags } from './reason.ts';

/** Something that workers are told. */
export interface WorkerChange {
  /** As programs see it, with what else was told. */
  readonly order: Readonly<Record<string, unknown>>;
  /** What a worker was told, for people. */
  readonly told: string;
  readonly apply: (workers: WorkerOrders, id: string, options: ChangeOptions) => Promise<void>;
}

/** Tells the workers named; "-" reads ids from standard input. */
export function changeWorkers(change: WorkerChange, invocation: Invocation<ReasonFlags>): Promise<void> {
  return changeNamed(
    {
      noun: 'worker',
      title: 'ID',
      key: 'workers',
      apply: async (client, id, own) => {
        await change.apply(client.workers, id, own);
        return { id, ...change.order };
      },
      id: ({ id }) => id,
      outcome: () => change.told,
    },
    invocation,
  );
}
