import { useState } from 'preact/hooks';
import { ApiError, post } from '../api.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Card } from '../parts/basics.tsx';
import type { Fault } from '../parts/field.tsx';
import { faultOf, Field } from '../parts/field.tsx';
import { say } from '../parts/toasts.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { go } from '../router.ts';
import type { Alert } from '../types.ts';

/** What each kind asks for. */
const FIELDS = {
  failures: ['count', 'within'],
  oldest: ['age', 'queue'],
  'no-worker': ['queue'],
  backlog: ['count', 'queue'],
  missed: ['age'],
} as const;
type Kind = keyof typeof FIELDS;
const KINDS = Object.keys(FIELDS) as Kind[];

const EMPTY = { name: '', kind: 'failures', count: '10', within: '5m', age: '10m', queue: '', for: '' };
type Form = Record<keyof typeof EMPTY, string>;
const LABELS = { count: 'alertCount', within: 'alertWithin', age: 'alertAge', queue: 'alertQueue' } as const;

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
] as const;

/** A time as it is written here: `5m`. */
function written(ms: number | undefined): string {
  if (ms === undefined) return '';
  const [unit, length] = UNITS.find(([, one]) => ms > 0 && ms % one === 0) ?? ['s', 1000];
  return `${ms / length}${unit}`;
}

function formOf({ name, kind, queue = '', count, withinMs, ageMs, forMs }: Alert): Form {
  return {
    name,
    kind,
    queue,
    count: String(count ?? ''),
    within: written(withinMs),
    age: written(ageMs),
    for: written(forMs),
  };
}

/** For how long it holds at least, where nothing is said. */
const least = (kind: string): string => (kind === 'no-worker' ? '1m' : '0s');

/** What the kind asks for; an empty queue is said, for it takes one away. */
function partsOf(form: Form): object {
  const fields = FIELDS[form.kind as Kind].map((name) => [
    name,
    name === 'count' ? Number(form.count) : form[name],
  ]);
  const { name, kind } = form;
  return { name, kind, for: form.for || least(kind), ...(Object.fromEntries(fields) as object) };
}

interface FieldProps {
  readonly name: keyof typeof LABELS;
  readonly fault: Fault | undefined;
  readonly control: object;
}

function Limit({ name, fault, control }: FieldProps) {
  return (
    <Field name={name} label={t(LABELS[name])} fault={fault}>
      <input
        {...control}
        {...(name === 'count' && { type: 'number', min: '0' })}
        {...(name === 'queue' ? { list: 'queues' } : { required: true })}
        dir="ltr"
      />
    </Field>
  );
}

function Queues() {
  return (
    <datalist id="queues">
      {pulse.value?.queues.map(({ name }) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  );
}

/** What is wrong, and with which field. */
function faultIn(error: unknown): Fault {
  const field = error instanceof ApiError ? error.field : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return { field: field !== undefined && Object.hasOwn(EMPTY, field) ? field : undefined, message };
}

function FormOf({ start, id }: { start: Form; id: string | undefined }) {
  const [form, set] = useState(start);
  const [fault, refuse] = useState<Fault>();
  const control = (name: keyof Form) => ({
    value: form[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      set({ ...form, [name]: event.currentTarget.value }),
    ...faultOf(name, fault),
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await post(id === undefined ? 'alerts' : `alerts/${id}/change`, partsOf(form));
      say(`${t('save')} ✓`);
      go(['alerts']);
    } catch (error) {
      refuse(faultIn(error));
    }
  };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <Field name="kind" label={t('kind')} fault={fault}>
        <select {...control('kind')} disabled={id !== undefined}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`alert_${kind}`)}
            </option>
          ))}
        </select>
      </Field>
      {FIELDS[form.kind as Kind].map((name) => (
        <Limit key={name} name={name} fault={fault} control={control(name)} />
      ))}
      <Field name="for" label={t('alertFor')} fault={fault}>
        <input {...control('for')} placeholder={least(form.kind)} dir="ltr" />
      </Field>
      <Field name="name" label={t('name')} fault={fault} isWhole>
        <input {...control('name')} maxLength={100} autocomplete="off" />
      </Field>
      <Queues />
      {fault !== undefined && fault.field === undefined && <Trouble error={fault} />}
      <button type="submit" class="primary">
        {t('save')}
      </button>
    </form>
  );
}

function Edit({ id }: { id: string }) {
  // Once: what somebody writes must not be overwritten.
  const { data, error } = useData<{ alerts: readonly Alert[] }>('alerts', { isHeld: true });
  const alert = data?.alerts.find((one) => one.id === id);
  if (alert === undefined) return <Pending error={error} />;
  return <FormOf start={formOf(alert)} id={id} />;
}

/** A form for an alert: a new one, or one that is there. */
export function AlertForm({ id }: { id: string | undefined }) {
  return (
    <>
      <h1>{t(id === undefined ? 'newAlert' : 'edit')}</h1>
      <Card>{id === undefined ? <FormOf start={EMPTY} id={id} /> : <Edit id={id} />}</Card>
    </>
  );
}
