import { may, post } from '../api.ts';
import { duration, instant } from '../format.ts';
import { t } from '../i18n.ts';
import { Card, Empty, Time } from '../parts/basics.tsx';
import { attempt } from '../parts/toasts.tsx';
import { useData } from '../parts/use-data.ts';
import { go, to } from '../router.ts';
import type { Recurring as RecurringData, Tick } from '../types.ts';
import { Table } from '../parts/table.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';

function scheduleText({ schedule }: RecurringData): string {
  if (schedule.cron !== undefined) return `${schedule.cron} · ${schedule.timeZone ?? 'UTC'}`;
  return schedule.every === undefined ? '–' : duration(schedule.every);
}

interface ButtonsProps {
  readonly one: RecurringData;
  readonly onDone: () => void;
}

function Buttons({ one, onDone }: ButtonsProps) {
  if (!may('steer')) return null;
  const act = async (verb: string, text: string): Promise<void> => {
    const isDone = await attempt(`${text} ${one.id}`, () =>
      post(`recurring/${encodeURIComponent(one.id)}/${verb}`),
    );
    if (isDone && verb === 'remove') go(['recurring']);
    onDone();
  };
  const verb = one.paused === undefined ? 'pause' : 'resume';
  return (
    <>
      <button type="button" onClick={() => void act('trigger', t('trigger'))}>
        {t('trigger')}
      </button>
      <button type="button" onClick={() => void act(verb, t(verb))}>
        {t(verb)}
      </button>
      <button type="button" class="quiet" onClick={() => void act('skip', t('skipNext'))}>
        {t('skipNext')}
      </button>
      {may('remove') && (
        <button type="button" class="danger quiet" onClick={() => void act('remove', t('remove'))}>
          {t('remove')}
        </button>
      )}
    </>
  );
}

/** All recurring jobs; what runs next comes first. */
export function RecurringList() {
  const { data, error, reload } = useData<{ recurring: readonly RecurringData[] }>('recurring', {
    everyMs: 3000,
  });
  const rows = (data?.recurring ?? []).toSorted((a, b) => (a.nextAt ?? Infinity) - (b.nextAt ?? Infinity));
  return (
    <>
      <h1>{t('recurring')}</h1>
      {may('steer') && (
        <div class="toolbar">
          <a class="button" href={to(['recurring'], { form: 'new' })}>
            {t('newRecurring')}
          </a>
        </div>
      )}
      <Trouble error={error} />
      {data !== undefined && rows.length === 0 && <Empty text="noRecurring" hint="noRecurringHint" />}
      {rows.length > 0 && (
        <Table heads={[t('id'), t('name'), t('schedule'), t('nextRun'), '']}>
          {rows.map((one) => (
            <tr key={one.id}>
              <td class="name">
                <a href={to(['recurring', one.id])}>{one.id}</a>
                {one.paused !== undefined && <span class="badge cancelled">{t('paused')}</span>}
                {one.error !== undefined && (
                  <span class="badge failed" title={one.error.message}>
                    {t('error')}
                  </span>
                )}
              </td>
              <td class="name">{one.job.name}</td>
              <td>
                <code>{scheduleText(one)}</code>
              </td>
              <td>
                <Time at={one.nextAt} />
              </td>
              <td class="buttons">
                <Buttons one={one} onDone={reload} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}

interface OneData {
  readonly recurring: RecurringData;
  readonly next: readonly number[];
  readonly history: readonly Tick[];
}

function Run({ tick }: { tick: Tick }) {
  return (
    <li>
      <Time at={tick.tick ?? tick.at} />{' '}
      {tick.job === undefined ? (
        <span class="badge cancelled">
          {tick.skipped} {tick.count}
        </span>
      ) : (
        <a href={to(['jobs', tick.job])}>
          <code>{tick.job.slice(-8)}</code>
        </a>
      )}
    </li>
  );
}

/** One recurring job: when it runs next, and what became of its last runs. */
export function RecurringOne({ id }: { id: string }) {
  const { data, error, reload } = useData<OneData>(`recurring/${encodeURIComponent(id)}`, { everyMs: 3000 });
  if (data === undefined) return <Pending error={error} />;
  const { recurring: one, next, history } = data;
  return (
    <>
      <h1>
        {one.id} {one.paused !== undefined && <span class="badge cancelled">{t('paused')}</span>}
      </h1>
      <div class="toolbar">
        {may('steer') && (
          <a class="button" href={to(['recurring', one.id], { form: 'edit' })}>
            {t('edit')}
          </a>
        )}
        <Buttons one={one} onDone={reload} />
      </div>
      <Trouble error={one.error} />
      <p>
        <code>{scheduleText(one)}</code> · {one.job.name} · {one.job.queue}
      </p>
      <div class="columns even">
        <Card title={t('nextRuns')}>
          <ol class="plain">
            {next.map((at) => (
              <li key={at}>
                {instant(at)}{' '}
                <span class="muted">
                  <Time at={at} />
                </span>
              </li>
            ))}
          </ol>
        </Card>
        <Card title={t('lastRuns')}>
          <ol class="plain">
            {history.map((tick, i) => (
              <Run key={i} tick={tick} />
            ))}
          </ol>
        </Card>
      </div>
    </>
  );
}
