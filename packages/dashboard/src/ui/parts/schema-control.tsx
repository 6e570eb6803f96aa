import { useState } from 'preact/hooks';
import { isUtc } from '../format.ts';
import { t } from '../i18n.ts';
import { fromField, toField } from '../instants.ts';
import type { ShapedProps } from './schema-form.tsx';
import type { Schema } from './schema.ts';
import { limitsOf, read, typeOf, write } from './schema-values.ts';

/** What a schema says of a part; as text, whatever stands in it. */
export function Hint({ schema, path }: { schema: Schema; path: string }) {
  const { description } = schema;
  if (typeof description !== 'string') return null;
  return (
    <small class="muted" id={`${path}-hint`}>
      {description}
    </small>
  );
}

/** What names a control's hint. */
export function hintOf({ description }: Schema, path: string) {
  return typeof description === 'string' ? { 'aria-describedby': `${path}-hint` } : {};
}

/** Longer texts get more lines. */
const LINE = 120;

type Writable = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** One of some values. */
function Choice({ shape, value, attributes }: Pick<ShapedProps, 'shape' | 'value'> & { attributes: object }) {
  return (
    <select {...attributes} value={write(shape, value)}>
      <option value="">–</option>
      {shape.choices.map((choice, i) => (
        <option key={i} value={i}>
          {typeof choice === 'string' ? choice : JSON.stringify(choice)}
        </option>
      ))}
    </select>
  );
}

interface FlagProps {
  readonly isOn: boolean;
  readonly onValue: (value: unknown) => void;
  readonly attributes: object;
}

/** Yes or no; not to have said anything is no. */
function Flag({ isOn, onValue, attributes }: FlagProps) {
  return <input {...attributes} type="checkbox" checked={isOn} onChange={() => onValue(!isOn)} />;
}

/** A part that one control holds. */
export function Control({ shape, value, onValue, label, isNeeded, path }: ShapedProps) {
  const { kind, schema, canBeNull } = shape;
  // What it begins with; from then on it holds what is written, which need not be a value yet.
  const [start] = useState(() => write(shape, value));
  const [type] = useState(() => typeOf(shape, start));
  const isDate = type === 'datetime-local';
  const isFlag = kind === 'flag';
  const onInput = ({ currentTarget: field }: { readonly currentTarget: Writable }): void => {
    try {
      onValue(read(shape, isDate ? fromField(field.value, isUtc.value) : field.value, isNeeded));
      field.setCustomValidity('');
    } catch {
      field.setCustomValidity(t('notJson'));
    }
  };
  const required = isNeeded && !canBeNull && !isFlag;
  const attributes = { required, onInput, ...hintOf(schema, path), ...limitsOf(shape) };
  const isLong = type === 'json' || (type === 'text' && isLongText(schema, start));
  return (
    <div class={isLong ? 'whole' : undefined}>
      <label class={isFlag ? 'flag' : undefined}>
        {isFlag && <Flag isOn={value === true} onValue={onValue} attributes={hintOf(schema, path)} />}
        {label}
        {required && ' *'}
        {kind === 'choice' && <Choice shape={shape} value={value} attributes={attributes} />}
        {isLong && (
          <textarea
            {...attributes}
            class={type}
            placeholder={kind === 'json' ? t('json') : undefined}
            defaultValue={start}
            rows={4}
          />
        )}
        {!isLong && kind !== 'choice' && !isFlag && (
          <input
            {...attributes}
            type={type as 'text'}
            defaultValue={isDate && start !== '' ? toField(start, isUtc.value) : start}
            dir="auto"
          />
        )}
      </label>
      <Hint schema={schema} path={path} />
    </div>
  );
}

function isLongText({ maxLength }: Schema, text: string): boolean {
  return Number(maxLength) > LINE || text.length > LINE || text.includes('\n');
}
