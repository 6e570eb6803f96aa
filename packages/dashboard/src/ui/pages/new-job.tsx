import { useEffect, useState } from 'preact/hooks';
import { get, post } from '../api.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Card } from '../parts/basics.tsx';
import { attempt } from '../parts/toasts.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { go, place } from '../router.ts';
import type { Job } from '../types.ts';

interface Form {
  readonly name: string;
  readonly queue: string;
  readonly priority: string;
  readonly in: string;
  readonly input: string;
}

const EMPTY: Form = { name: '', queue: 'default', priority: 'normal', in: '', input: '{}' };
const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The form as somebody fills it, begun with the job that it shall be like. */
function useForm(like: string | null) {
  const [form, set] = useState<Form>({ ...EMPTY, name: place.value.query.get('name') ?? '' });
  useEffect(() => {
    if (like === null) return;
    const fill = async (): Promise<void> => {
      const { name, queue, priority, input } = (await get<{ job: Job }>(`jobs/${encodeURIComponent(like)}`))
        .job;
      set({ ...EMPTY, name, queue, priority, input: JSON.stringify(input, undefined, 2) });
    };
    void attempt(t('editAsNew'), fill);
  }, [like]);
  const field = (name: keyof Form) => ({
    value: form[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      set({ ...form, [name]: event.currentTarget.value }),
  });
  return { form, field };
}

type Field = ReturnType<typeof useForm>['field'];

/** Where and when it shall run. */
function Fields({ field }: { field: Field }) {
  const names = [...new Set(pulse.value?.workers.flatMap(({ info }) => info?.jobs ?? []))];
  return (
    <>
      <label>
        {t('name')}
        <input {...field('name')} list="names" required autocomplete="off" />
      </label>
      <datalist id="names">
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <label>
        {t('queue')}
        <input {...field('queue')} required />
      </label>
      <label>
        {t('priority')}
        <select {...field('priority')}>
          {PRIORITIES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        {t('delay')}
        <input {...field('in')} placeholder={t('delayHint')} />
      </label>
    </>
  );
}

/** A form for a job; also to run one like another, with a changed input. */
export function NewJob() {
  const { form, field } = useForm(place.value.query.get('like'));
  const isGood = isJson(form.input);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    let id = '';
    const isDone = await attempt(t('enqueue'), async () => {
      const { input, ...rest } = form;
      ({ id } = await post<{ id: string }>('jobs', { ...rest, input: JSON.parse(input) as unknown }));
    });
    if (isDone) go(['jobs', id]);
  };
  return (
    <>
      <h1>{t('newJob')}</h1>
      <Card>
        <form class="form" onSubmit={(event) => void send(event)}>
          <Fields field={field} />
          <label class="whole">
            {t('input')}
            <textarea {...field('input')} rows={10} spellcheck={false} aria-invalid={!isGood} />
          </label>
          {!isGood && <Trouble error={{ message: t('notJson') }} />}
          <button type="submit" class="primary" disabled={!isGood || form.name === ''}>
            {t('enqueue')}
          </button>
        </form>
      </Card>
    </>
  );
}
