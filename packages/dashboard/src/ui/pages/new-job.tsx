import { useEffect, useState } from 'preact/hooks';
import { get, post } from '../api.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Card } from '../parts/basics.tsx';
import { attempt } from '../parts/toasts.tsx';
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

/** A form for a job; also to run one like another, with a changed input. */
export function NewJob() {
  const like = place.value.query.get('like');
  const [form, set] = useState<Form>(EMPTY);
  useEffect(() => {
    if (like === null) return;
    void get<{ job: Job }>(`jobs/${like}`).then(({ job }) =>
      set({
        ...EMPTY,
        name: job.name,
        queue: job.queue,
        priority: job.priority,
        input: JSON.stringify(job.input, undefined, 2),
      }),
    );
  }, [like]);
  const names = [...new Set(pulse.value?.workers.flatMap(({ info }) => info?.jobs ?? []) ?? [])];
  const isGood = form.name !== '' && isJson(form.input);
  const field = (name: keyof Form) => ({
    value: form[name],
    onInput: (event: { currentTarget: { value: string } }) =>
      set({ ...form, [name]: event.currentTarget.value }),
  });
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
          <label class="whole">
            {t('input')}
            <textarea {...field('input')} rows={10} spellcheck={false} aria-invalid={!isJson(form.input)} />
          </label>
          {!isJson(form.input) && (
            <p class="bad-text whole" role="alert">
              {t('notJson')}
            </p>
          )}
          <button type="submit" class="primary" disabled={!isGood}>
            {t('enqueue')}
          </button>
        </form>
      </Card>
    </>
  );
}
