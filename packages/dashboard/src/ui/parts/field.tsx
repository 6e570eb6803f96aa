import type { ComponentChildren } from 'preact';
import { ApiError } from '../api.ts';

/** What is wrong with a form, and where. */
export interface Fault {
  /** A field's name; undefined: the form as a whole. */
  readonly field: string | undefined;
  readonly message: string;
}

/** What the API refused, and where it knows that. */
export function faultFrom(error: unknown): Fault {
  const { message } = error as Error;
  return { field: error instanceof ApiError ? error.field : undefined, message };
}

interface Props {
  readonly name: string;
  readonly label: string;
  readonly fault: Fault | undefined;
  readonly isWhole?: boolean;
  /** What else is to be known of it. */
  readonly hint?: string | false;
  /** The control; it takes what {@link faultOf} gives. */
  readonly children: ComponentChildren;
}

/** What a control must say of its fault. */
export function faultOf(name: string, fault: Fault | undefined) {
  return fault?.field === name ? { 'aria-invalid': true, 'aria-describedby': `${name}-fault` } : {};
}

/** What a control whose `list` is this id offers. */
export function Offers({ id, values }: { id: string; values: readonly string[] | undefined }) {
  return (
    <datalist id={id}>
      {values?.map((value) => (
        <option key={value} value={value} />
      ))}
    </datalist>
  );
}

/** A control with its label, and what is wrong with it. */
export function Field({ name, label, fault, isWhole = false, hint, children }: Props) {
  return (
    <div class={isWhole ? 'whole' : undefined}>
      <label>
        {label}
        {children}
      </label>
      {hint && (
        <small class="muted" role="status">
          {hint}
        </small>
      )}
      {fault?.field === name && (
        <small class="bad-text" role="alert" id={`${name}-fault`}>
          {fault.message}
        </small>
      )}
    </div>
  );
}
