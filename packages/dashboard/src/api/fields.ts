import { LinstockError } from '@linstock/core';
import { closest } from '@linstock/core/internal';

/** What a route takes by one name, as JSON Schema. */
export interface Field {
  readonly type?: 'string' | 'integer' | 'boolean' | 'object';
  readonly enum?: readonly string[];
  readonly description: string;
  /** Without it the route answers that it is missing. */
  readonly isRequired?: true;
}

/** What a route takes, by names: of its query, or of its body. */
export type Fields = Readonly<Record<string, Field>>;

export const text = (description: string): Field => ({ type: 'string', description });
export const whole = (description: string): Field => ({ type: 'integer', description });
export const flag = (description: string): Field => ({ type: 'boolean', description });
export const object = (description: string): Field => ({ type: 'object', description });
export const anything = (description: string): Field => ({ description });
export const choice = (values: readonly string[], description: string): Field => ({
  type: 'string',
  enum: values,
  description,
});
export const required = (field: Field): Field => ({ ...field, isRequired: true });

/** The most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

/** Why somebody changes something; stands in the audit log. */
export const REASON: Fields = { reason: text('Why; stands in the audit log.') };

/** Refuses what a route does not take: a name that was mistyped would change something else than was meant. @throws {OptionError} */
export function checkNames(names: Iterable<string>, fields: Fields = {}): void {
  for (const name of names) {
    if (Object.hasOwn(fields, name)) continue;
    const known = Object.keys(fields);
    const near = closest(name, known);
    const hint = near === undefined ? `there are ${known.join(', ') || 'none'}` : `did you mean "${near}"?`;
    const option = name.slice(0, 64);
    throw new LinstockError('UNKNOWN_FIELD', `${option} is nothing that this address takes; ${hint}`, {
      option,
    });
  }
}
