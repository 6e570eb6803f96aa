import type { JobErrorView } from '@linstock/core';
import type { PayloadCodecs } from '@linstock/core/internal';
import { viewPayload } from '@linstock/core/internal';

/** How a job ended that another one was waiting for. */
export interface ParentOutcome {
  readonly id: string;
  readonly name: string;
  readonly state: 'succeeded' | 'failed' | 'cancelled';
  /** What its handler returned; undefined unless it succeeded. */
  readonly result: unknown;
  /** Why it failed or was cancelled; undefined when it succeeded. */
  readonly error: JobErrorView | undefined;
  /** The result, or the error, has over 64 KiB and was not copied: `client.get(id)` reads it while retention keeps it. */
  readonly isTooLong: boolean;
}

const STATES = new Map([
  ['D', 'succeeded'],
  ['F', 'failed'],
  ['C', 'cancelled'],
] as const);

/** What a job has waited for. */
export interface WaitedFor {
  /** By their ids. */
  readonly outcomes: ReadonlyMap<string, ParentOutcome>;
  /** Whom it has enqueued as children, or what stands for them, in the order of its calls. */
  readonly children: readonly string[];
}

/** What a job's inputs say, with the codecs that its results were encoded with. */
export function waitedFor(
  inputs: Readonly<Record<string, string>>,
  codecs: PayloadCodecs | undefined,
): WaitedFor {
  const outcomes = new Map(parentOutcomes(inputs, codecs).map((outcome) => [outcome.id, outcome]));
  return { outcomes, children: inputs['#']?.split(' ').slice(1) ?? [] };
}

/** A field is a job or batch, its text the letter of the state, the name, a space, JSON; but for "#", the ids of children. */
function parentOutcomes(
  inputs: Readonly<Record<string, string>>,
  codecs: PayloadCodecs | undefined,
): ParentOutcome[] {
  return Object.entries(inputs).flatMap(([id, text]) => {
    const state = STATES.get(text.charAt(0) as 'D');
    const space = text.indexOf(' ');
    if (state === undefined || space < 0) return [];
    const [name, json] = [text.slice(1, space), text.slice(space + 1)];
    const value = json === '' ? undefined : viewPayload(json, { kind: 'RESULT', job: name, id }, { codecs });
    const hasSucceeded = state === 'succeeded';
    return [
      {
        id,
        name,
        state,
        result: hasSucceeded ? value : undefined,
        error: hasSucceeded ? undefined : (value as JobErrorView | undefined),
        isTooLong: json === '',
      },
    ];
  });
}
