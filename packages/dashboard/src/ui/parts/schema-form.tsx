import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n.ts';
import { Control, Hint, hintOf } from './schema-control.tsx';
import type { Schema, Shape } from './schema.ts';
import { isObject, isRequired, keysOf, partOf, shapeOf } from './schema.ts';
import { filled, fits, initial, MOST_DEPTH, MOST_ENTRIES } from './schema-values.ts';

/** A part of an input, and where it stands. */
export interface PartProps {
  readonly given: unknown;
  readonly root: Schema;
  readonly value: unknown;
  readonly onValue: (value: unknown) => void;
  readonly label: string;
  /** Otherwise it may be left out. */
  readonly isNeeded: boolean;
  /** A word for ids. */
  readonly path: string;
  readonly depth: number;
}

/** A part with its shape. */
export interface ShapedProps extends PartProps {
  readonly shape: Shape;
}

function Part(props: PartProps) {
  const { given, root, value, depth } = props;
  // As it was first shown: who writes JSON that another field could hold too must not lose it under the cursor.
  const [shape] = useState(() => {
    const found = shapeOf(given, root);
    return depth <= MOST_DEPTH && fits(found, value) ? found : { ...found, kind: 'json' as const };
  });
  if (shape.kind === 'fields') return <Fields {...props} shape={shape} />;
  if (shape.kind === 'list') return <List {...props} shape={shape} />;
  return <Control {...props} shape={shape} />;
}

/** Parts that belong together, under their name. */
function Group({ shape, path, legend, children }: Pick<ShapedProps, 'shape' | 'path'> & Frame) {
  return (
    <fieldset class="whole" {...hintOf(shape.schema, path)}>
      <legend>{legend}</legend>
      <Hint schema={shape.schema} path={path} />
      {children}
    </fieldset>
  );
}

interface Frame {
  readonly legend: ComponentChildren;
  readonly children: ComponentChildren;
}

/** An object: a field for each of its parts. One that may be left out is switched on first. */
function Fields({ shape, root, value, onValue, label, isNeeded, path, depth }: ShapedProps) {
  const isThere = isObject(value);
  const nothing = isNeeded ? null : undefined;
  const there = isThere ? value : {};
  const part = (key: string, i: number) => (
    <Part
      key={key}
      given={partOf(shape.schema, key)}
      root={root}
      value={Object.hasOwn(there, key) ? there[key] : undefined}
      onValue={(next) => onValue({ ...there, [key]: next })}
      label={titleOf(partOf(shape.schema, key), root) ?? key}
      isNeeded={isRequired(shape.schema, key)}
      path={`${path}.${i}`}
      depth={depth + 1}
    />
  );
  const legend = (
    <label>
      <input
        type="checkbox"
        checked={isThere}
        required={isNeeded && !shape.canBeNull}
        onChange={() => onValue(isThere ? nothing : filled(shape, root))}
      />
      {label}
    </label>
  );
  const isFixed = isThere && isNeeded && !shape.canBeNull;
  return (
    <Group shape={shape} path={path} legend={isFixed ? label : legend}>
      {isThere && <div class="form">{keysOf(shape.schema, there).map(part)}</div>}
    </Group>
  );
}

function titleOf(given: unknown, root: Schema): string | undefined {
  const { title } = shapeOf(given, root).schema;
  return typeof title === 'string' && title !== '' ? title : undefined;
}

/** A list, whose entries are added and removed. */
function List({ shape, root, value, onValue, label, isNeeded, path, depth }: ShapedProps) {
  const { items, maxItems } = shape.schema;
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  // Fields keep what is written in them: when entries move up, they begin anew.
  const turn = useRef(0);
  const remove = (i: number): void => {
    turn.current++;
    const left = entries.filter((_, j) => j !== i);
    onValue(left.length > 0 || isNeeded ? left : undefined);
  };
  return (
    <Group shape={shape} path={path} legend={label}>
      {entries.map((entry, i) => (
        <div class="entry" key={`${turn.current} ${i}`}>
          <Part
            given={items}
            root={root}
            // What is not there yet is null in a list.
            value={entry ?? undefined}
            onValue={(next) => onValue(entries.with(i, next))}
            label={`${titleOf(items, root) ?? label} ${i + 1}`}
            isNeeded
            path={`${path}.${i}`}
            depth={depth + 1}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`${t('remove')}: ${label} ${i + 1}`}
            onClick={() => remove(i)}
          >
            ✕
          </button>
        </div>
      ))}
      <button
        type="button"
        disabled={entries.length >= Number(maxItems ?? MOST_ENTRIES)}
        onClick={() => onValue([...entries, initial(items, root) ?? null])}
      >
        {t('add')}
      </button>
    </Group>
  );
}

interface Props {
  readonly schema: Schema;
  /** The input, as JSON. */
  readonly text: string;
  readonly onText: (text: string) => void;
  /** Nobody has written anything yet. */
  readonly isFresh: boolean;
  /** It begins with this. */
  readonly onBegin: (text: string) => void;
}

const toText = (value: unknown): string => JSON.stringify(value, undefined, 2) ?? '';

/** A form for an input, by its JSON Schema; what it asks for is written as JSON. */
export function SchemaForm({ schema, text, onText, isFresh, onBegin }: Props) {
  const written = useRef(text);
  const turn = useRef(0);
  // Before anybody sees it, and can write.
  useLayoutEffect(() => {
    if (isFresh) onBegin(toText(initial(schema, schema)));
  }, [schema]);
  // Somebody else has written it: fields begin anew.
  if (text !== written.current) turn.current++;
  written.current = text;
  return (
    <Part
      key={turn.current}
      given={schema}
      root={schema}
      value={text === '' ? undefined : (JSON.parse(text) as unknown)}
      onValue={(value) => onText((written.current = toText(value)))}
      label={titleOf(schema, schema) ?? t('input')}
      isNeeded
      path="input"
      depth={0}
    />
  );
}
