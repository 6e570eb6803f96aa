import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Card } from '../parts/basics.tsx';
import type { Fault } from '../parts/field.tsx';
import { Field, faultFrom, faultOf, Offers } from '../parts/field.tsx';
import { handledNames } from '../parts/job-input.tsx';
import { periodText } from '../parts/period.ts';
import { say } from '../parts/toasts.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { go } from '../router.ts';
import type { Alert } from '../types.ts';

/** What each kind asks for. */
const FIELDS = {
  failures: ['count', 'within', 'queue', 'jobName'],
  oldest: ['age', 'queue'],
  'no-worker': ['queue'],
  backlog: ['count', 'queue'],
  missed: ['age'],
} as const;
type Kind = keyof typeof FIELDS;
const KINDS = Object.keys(FIELDS) as Kind[];

const EMPTY = {
  name: '',
  kind: 'failures',
  count: '10',
  within: '5m',
  age: '10m',
  queue: '',
  jobName: '',
  for: '',
};
type Form = Record<keyof typeof EMPTY, string>;
type Asked = (typeof FIELDS)[Kind][number];
/** What may stay empty, and what offers what there is. */
const LISTS: Readonly<Partial<Record<Asked, string>>> = { queue: 'queues', jobName: 'names' };

function formOf({ name, kind, queue = '', jobName = '', count, withinMs, ageMs, forMs }: Alert): Form {
  return {
    name,
    kind,
    queue,
    jobName,
    count: String(count),
    within: periodText(withinMs),
    age: periodText(ageMs),
    for: periodText(forMs),
  };
}

/** For how long it holds at least, where nothing is said. */
const least = (kind: string): string => (kind === 'no-worker' ? '1m' : '0s');

/** What the kind asks for; an empty queue or name is said, for it takes one away. */
function partsOf(form: Form): object {
  const fields = FIELDS[form.kind as Kind].map((name) => [
    name,
    name === 'count' ? Number(form.count) : form[name],
  ]);
  const { name, kind } = form;
  return { name, kind, for: form.for || least(kind), ...(Object.fromEntries(fields) as object) };
}

interface FieldProps {
  readonly name: Asked;
  readonly fault: Fault | undefined;
  readonly control: object;
}

function Limit({ name, fault, control }: FieldProps) {
  return (
    <Field name={name} label={t(`alert_${name}`)} fault={fault}>
      <input
        {...control}
        {...(name === 'count' && { type: 'number', min: '0' })}
        list={LISTS[name]}
        required={!LISTS[name]}
        dir="ltr"
      />
    </Field>
  );
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
      refuse(faultFrom(error));
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
      <Field name="for" label={t('alert_for')} fault={fault}>
        <input {...control('for')} placeholder={least(form.kind)} dir="ltr" />
      </Field>
      <Field name="name" label={t('name')} fault={fault} isWhole>
        <input {...control('name')} maxLength={100} autocomplete="off" />
      </Field>
      <Offers id="queues" values={pulse.value?.queues.map((queue) => queue.name)} />
      <Offers id="names" values={handledNames()} />
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
