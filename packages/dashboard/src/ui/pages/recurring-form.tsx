import { useEffect, useState } from 'preact/hooks';
import { get, post } from '../api.ts';
import { t } from '../i18n.ts';
import { Card } from '../parts/basics.tsx';
import { inWords } from '../parts/cron-words.ts';
import type { Fault } from '../parts/field.tsx';
import { Field, faultFrom, faultOf, Offers } from '../parts/field.tsx';
import { isJson, JobInput, NameField, useContracts } from '../parts/job-input.tsx';
import type { NextTimes } from '../parts/next-runs.tsx';
import { NextRuns } from '../parts/next-runs.tsx';
import { periodText } from '../parts/period.ts';
import { QueueField } from '../parts/queue-field.tsx';
import { say } from '../parts/toasts.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { go } from '../router.ts';
import type { CronWords, Recurring } from '../recurring-types.ts';

const RHYTHMS = ['cron', 'every'] as const;
const MISFIRES = ['once', 'all', 'skip'] as const;
const OVERLAPS = ['allow', 'skip'] as const;

interface Form {
  readonly id: string;
  readonly name: string;
  readonly queue: string;
  readonly rhythm: string;
  readonly cron: string;
  readonly every: string;
  readonly timeZone: string;
  readonly misfire: string;
  readonly overlap: string;
  readonly input: string;
  /** Of the contract that its input has the shape of; undefined: of the current one. */
  readonly version?: number | undefined;
}

const EMPTY: Form = {
  id: '',
  name: '',
  queue: 'default',
  rhythm: 'cron',
  cron: '0 3 * * *',
  every: '1h',
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  misfire: 'once',
  overlap: 'allow',
  input: '{}',
};

/** The form of one that is there; its input stays where it is, for secrets may stand in it. */
function formOf({ id, job, schedule, policy }: Recurring): Form {
  const { cron, every, timeZone = 'UTC' } = schedule;
  return {
    ...EMPTY,
    id,
    name: job.name,
    queue: job.queue,
    rhythm: cron === undefined ? 'every' : 'cron',
    ...(cron !== undefined && { cron, timeZone }),
    ...(every !== undefined && { every: periodText(every) }),
    misfire: policy.misfire,
    overlap: policy.overlap,
    input: '',
    version: job.version,
  };
}

/** Its rhythm as the API takes it. */
function rhythmOf({ rhythm, cron, every, timeZone }: Form): Readonly<Record<string, string>> {
  return rhythm === 'every' ? { every } : { cron, timeZone };
}

const WAIT_MS = 300;

/** What became of what is written. */
interface Preview extends NextTimes {
  readonly words?: CronWords;
  /** In which it was reckoned. */
  readonly zone: string;
  readonly fault: Fault | undefined;
}

const NO_PREVIEW: Preview = { next: [], clock: {}, zone: 'UTC', fault: undefined };

/** The next runs of what is written, when somebody has stopped writing. */
function useNextRuns(form: Form): Preview {
  const [found, set] = useState<Preview>(NO_PREVIEW);
  const rhythm = rhythmOf(form);
  const query = new URLSearchParams(rhythm).toString();
  useEffect(() => {
    let isOver = false;
    const zone = rhythm['timeZone'] ?? '';
    const read = async (): Promise<void> => {
      const preview = await get<Omit<Preview, 'zone' | 'fault'>>(`schedule?${query}`).then(
        (answer) => ({ ...answer, zone: zone === '' ? 'UTC' : zone, fault: undefined }),
        (error: unknown) => ({ ...NO_PREVIEW, fault: faultIn(error, form) }),
      );
      if (!isOver) set(preview);
    };
    const timer = setTimeout(() => void read(), WAIT_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [query]);
  return found;
}

/** Where the form shows what the API refused; `schedule` is the field that is shown of the two. */
function faultIn(error: unknown, { rhythm }: Form): Fault {
  const { field, message } = faultFrom(error);
  return { field: field === 'schedule' || field === 'recurring' ? rhythm : field, message };
}

interface PartProps {
  readonly form: Form;
  readonly fault: Fault | undefined;
  /** What a control of this name needs. */
  readonly control: (name: keyof Form) => object;
  readonly isNew: boolean;
}

/** What runs. */
function Job({
  form: { name, queue },
  names,
  fault,
  control,
  isNew,
}: PartProps & { readonly names: readonly string[] | undefined }) {
  return (
    <>
      <Field name="id" label={t('id')} fault={fault}>
        <input {...control('id')} required readOnly={!isNew} autocomplete="off" />
      </Field>
      <NameField name={name} names={names} isFixed={!isNew} fault={fault} control={control('name')} />
      <QueueField name={queue} fault={fault} control={{ ...control('queue'), required: true }} />
    </>
  );
}

/** When it runs. */
function Rhythm({ form, fault, control }: PartProps) {
  const isCron = form.rhythm === 'cron';
  return (
    <>
      <Field name="rhythm" label={t('rhythm')} fault={undefined}>
        <select {...control('rhythm')}>
          {RHYTHMS.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </Field>
      <Field name={isCron ? 'cron' : 'every'} label={isCron ? t('cronHint') : t('everyHint')} fault={fault}>
        <input {...control(isCron ? 'cron' : 'every')} required dir="ltr" spellcheck={false} />
      </Field>
      {isCron && (
        <Field name="timeZone" label={t('timeZone')} fault={fault}>
          <input {...control('timeZone')} list="zones" dir="ltr" />
        </Field>
      )}
      <Offers id="zones" values={['UTC', ...Intl.supportedValuesOf('timeZone')]} />
    </>
  );
}

/** What becomes of ticks that were missed, and of runs that overlap. */
function Policy({ fault, control }: PartProps) {
  return (
    <>
      <Field name="misfire" label={t('misfire')} fault={fault}>
        <select {...control('misfire')}>
          {MISFIRES.map((one) => (
            <option key={one} value={one}>
              {t(`misfire_${one}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field name="overlap" label={t('overlap')} fault={fault}>
        <select {...control('overlap')}>
          {OVERLAPS.map((one) => (
            <option key={one} value={one}>
              {t(`overlap_${one}`)}
            </option>
          ))}
        </select>
      </Field>
    </>
  );
}

async function save({ version, ...form }: Form, isNew: boolean): Promise<void> {
  const { id, name, queue, misfire, overlap, input } = form;
  const parts = { queue, misfire, overlap, ...rhythmOf(form) };
  const all = input === '' ? parts : { ...parts, input: JSON.parse(input) as unknown };
  if (isNew) await post('recurring', { id, name, version, ...all });
  else await post(`recurring/${encodeURIComponent(id)}/change`, all);
}

/** What the schedule says, in words and in its next runs. */
function Coming({ preview }: { preview: ReturnType<typeof useNextRuns> }) {
  const { words, zone } = preview;
  return (
    <div class="whole" aria-live="polite">
      {words !== undefined && <p>{inWords(words)}</p>}
      <strong>{t('nextRuns')}</strong>
      <NextRuns times={preview} zone={zone} />
    </div>
  );
}

function FormOf({ start, isNew }: { start: Form; isNew: boolean }) {
  const [form, set] = useState(start);
  const [refused, refuse] = useState<Fault>();
  const change = (part: Partial<Form>): void => set((before) => ({ ...before, ...part }));
  const { names, contract, version } = useContracts(form, ({ queue }) => change({ queue }));
  const preview = useNextRuns(form);
  const wrong = preview.fault;
  const isGood = isJson(form.input) || (form.input === '' && !isNew);
  const fault = isGood ? (wrong ?? refused) : { field: 'input', message: t('notJson') };
  const control = (name: keyof Form): object => ({
    value: form[name],
    onInput: ({ currentTarget: { value } }: { currentTarget: { value: string } }) => {
      refuse(undefined);
      change({ [name]: value });
    },
    ...faultOf(name, fault),
  });
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await save({ ...form, version }, isNew);
      say(`${t('save')} ✓`);
      go(['recurring', form.id]);
    } catch (error) {
      refuse(faultIn(error, form));
    }
  };
  const parts = { form, fault, control, isNew };
  return (
    <form class="form" onSubmit={(event) => void submit(event)}>
      <Job {...parts} names={names} />
      <Rhythm {...parts} />
      <Policy {...parts} />
      <JobInput
        contract={contract}
        label={isNew ? t('input') : t('inputStays')}
        text={form.input}
        onText={(input) => change({ input })}
        fault={fault}
      />
      <Coming preview={preview} />
      {fault !== undefined && fault.field === undefined && <Trouble error={fault} />}
      <button type="submit" class="primary" disabled={!isGood || wrong !== undefined}>
        {t('save')}
      </button>
    </form>
  );
}

function Edit({ id }: { id: string }) {
  // Once: what somebody writes must not be overwritten.
  const { data, error } = useData<{ recurring: Recurring }>(`recurring/${encodeURIComponent(id)}`, {
    isHeld: true,
  });
  if (data === undefined) return <Pending error={error} />;
  return <FormOf start={formOf(data.recurring)} isNew={false} />;
}

/** A form for a recurring job: a new one, or one that is there. */
export function RecurringForm({ id }: { id: string | undefined }) {
  return (
    <>
      <h1>{id ?? t('newRecurring')}</h1>
      <Card>{id === undefined ? <FormOf start={EMPTY} isNew /> : <Edit id={id} />}</Card>
    </>
  );
}
