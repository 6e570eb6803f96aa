import { useEffect, useState } from 'preact/hooks';
import { get, may, post } from '../api.ts';
import { isUtc } from '../format.ts';
import { t } from '../i18n.ts';
import { fromField } from '../instants.ts';
import { Card } from '../parts/basics.tsx';
import type { Fault } from '../parts/field.tsx';
import { Field, faultFrom, faultOf } from '../parts/field.tsx';
import { isJson, JobInput, NameField, useContracts } from '../parts/job-input.tsx';
import { QueueField } from '../parts/queue-field.tsx';
import { attempt, say } from '../parts/toasts.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { go, place } from '../router.ts';
import type { Job } from '../types.ts';
import { PRIORITIES } from '../types.ts';

interface Form {
  readonly name: string;
  readonly queue: string;
  readonly priority: string;
  readonly in: string;
  readonly at: string;
  readonly input: string;
  /** Of the job that it is a copy of: its input has the shape of that version. */
  readonly version?: number | undefined;
  /** The job that it is a copy of, and its input as it was shown. */
  readonly like?: { readonly id: string; readonly input: string } | undefined;
}

const EMPTY: Form = { name: '', queue: 'default', priority: 'normal', in: '', at: '', input: '{}' };

/** The form as somebody fills it, begun with the job that it shall be like. */
function useForm(like: string | null) {
  const [form, set] = useState<Form>({ ...EMPTY, name: place.value.query.get('name') ?? '' });
  useEffect(() => {
    if (like === null) return;
    const fill = async (): Promise<void> => {
      const { job } = await get<{ job: Job }>(`jobs/${encodeURIComponent(like)}`);
      const { name, queue, priority, version, input } = job;
      const shown = JSON.stringify(input, undefined, 2);
      set({ ...EMPTY, name, queue, priority, version, input: shown, like: { id: job.id, input: shown } });
    };
    void attempt(t('editAsNew'), fill, false);
  }, [like]);
  return { form, change: (part: Partial<Form>) => set((before) => ({ ...before, ...part })) };
}

interface FieldsProps {
  readonly name: string;
  readonly queue: string;
  readonly names: readonly string[] | undefined;
  readonly fault: Fault | undefined;
  /** What a control of this name needs. */
  readonly control: (name: keyof Form) => object;
}

/** Where and when it shall run. */
function Fields({ name, queue, names, fault, control }: FieldsProps) {
  return (
    <>
      <NameField name={name} names={names} fault={fault} control={control('name')} />
      <QueueField name={queue} fault={fault} control={{ ...control('queue'), required: true }} />
      <Field name="priority" label={t('priority')} fault={fault}>
        <select {...control('priority')}>
          {PRIORITIES.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </Field>
      <Field name="in" label={t('delay')} fault={fault}>
        <input {...control('in')} placeholder={t('delayHint')} />
      </Field>
      <Field name="at" label={t('due')} fault={fault}>
        <input {...control('at')} type="datetime-local" step="any" />
      </Field>
    </>
  );
}

/** Stores it; returns its id. Of a copy an input that nobody has changed is not sent: it may have been shown in part. */
async function enqueue({ input, at, like, ...rest }: Form, version: number | undefined): Promise<string> {
  const { queue, priority, in: delay } = rest;
  const due = { in: delay, at: fromField(at, isUtc.value) };
  const written = input === like?.input ? {} : { input: JSON.parse(input) as unknown };
  const sent =
    like === undefined
      ? post<{ id: string }>('jobs', { ...rest, ...due, version, ...written })
      : post<{ id: string }>(`jobs/${like.id}/copy`, { queue, priority, ...due, ...written });
  return (await sent).id;
}

/** A form for a job; also to run one like another, with a changed input. */
export function NewJob() {
  const { form, change } = useForm(place.value.query.get('like'));
  const [fault, refuse] = useState<Fault>();
  const { names, contract, version } = useContracts(form, ({ queue, priority }) =>
    change({ queue, priority }),
  );
  const isGood = isJson(form.input);
  const control = (name: keyof Form): object => ({
    value: form[name],
    onInput: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) => {
      refuse(undefined);
      // Another name makes another job of it.
      change({ ...(name === 'name' && { version: undefined, like: undefined }), [name]: value });
    },
    ...faultOf(name, fault),
  });
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const id = await enqueue(form, version);
      say(`${t('enqueue')} ✓`);
      go(['jobs', id]);
    } catch (error) {
      refuse(faultFrom(error));
    }
  };
  const known = fault?.field !== undefined && fault.field in EMPTY;
  return (
    <>
      <h1>{t('newJob')}</h1>
      <Card>
        <form class="form" onSubmit={(event) => void send(event)}>
          <Fields name={form.name} queue={form.queue} names={names} fault={fault} control={control} />
          <JobInput
            contract={contract}
            label={t('input')}
            text={form.input}
            onText={(input) => change({ input })}
            fault={isGood ? fault : { field: 'input', message: t('notJson') }}
          />
          {form.like !== undefined && <p class="whole muted">{t('copyNote')}</p>}
          {!known && <Trouble error={fault} />}
          <button type="submit" class="primary" disabled={!isGood || form.name === '' || !may('steer')}>
            {t('enqueue')}
          </button>
        </form>
      </Card>
    </>
  );
}
