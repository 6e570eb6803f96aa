import type { Delivery } from './delivery.ts';
import type { Feature } from './features.ts';
import type { RowName } from './rows.ts';
import type { Session } from './session.ts';
import type { Sizes } from './sizes.ts';

/** What one run of one contestant told. */
export interface Outcome {
  readonly values: Partial<Record<RowName, number>>;
  /** Further figures for the table of details, by name with unit. */
  readonly details: Readonly<Record<string, number>>;
  readonly delivery: Delivery;
}

/** Something that is measured in a session of its own, and fills one row or several. */
export interface Scenario {
  readonly name: string;
  readonly rows: readonly RowName[];
  readonly processes: number;
  /** What a library must have to take part. */
  readonly feature?: Feature;
  /** Whether keeping or removing finished jobs can change the figures; where it cannot, only removing is measured. */
  readonly dependsOnRetention: boolean;
  measure(session: Session, sizes: Sizes): Promise<Outcome>;
}
