import { useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { emptyInMs } from '../backlog.ts';
import { count, duration, pace } from '../format.ts';
import { t } from '../i18n.ts';
import { Card, Time } from '../parts/basics.tsx';
import type { Fault } from '../parts/field.tsx';
import { Field, faultFrom } from '../parts/field.tsx';
import { Paused } from '../parts/paused.tsx';
import { QueueButtons } from '../parts/queue-buttons.tsx';
import { NextJobs, Priorities, Takers } from '../parts/queue-parts.tsx';
import { numeric, Table } from '../parts/table.tsx';
import { say } from '../parts/toasts.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { to } from '../router.ts';
import type { Queue } from '../types.ts';

interface Details extends Queue {
  readonly isKnown: boolean;
  readonly workers: number;
  readonly oldestSince?: number;
  readonly settings?: Settings;
  readonly groups: readonly { readonly key: string; readonly enqueued: number; readonly blocked: number }[];
  readonly blockedLookedAt: number;
  readonly groupCount: number;
}

interface Settings {
  readonly limit?: number;
  readonly rate?: { readonly limit: number; readonly per: number; readonly burst: number | 'window' };
  readonly size?: number;
}

interface Props {
  readonly queue: Details;
  readonly onChange: () => void;
}

const FIELDS = ['limit', 'size', 'rate', 'per', 'burst'] as const;
type Form = Readonly<Record<(typeof FIELDS)[number], string>>;

function formOf({ limit, size, rate }: Settings = {}): Form {
  const text = (value: number | string | undefined): string => (value === undefined ? '' : String(value));
  return {
    limit: text(limit),
    size: text(size),
    rate: text(rate?.limit),
    per: rate === undefined ? '' : `${rate.per}ms`,
    burst: text(rate?.burst),
  };
}

const whole = (text: string): number | undefined => (text === '' ? undefined : Number(text));

function settingsOf({ limit, size, rate, per, burst }: Form): object {
  const most = burst === 'window' ? burst : whole(burst);
  return {
    limit: whole(limit),
    size: whole(size),
    rate: rate === '' ? undefined : { limit: Number(rate), per: per || '1s', burst: most },
  };
}

/** Limits of the whole queue; an empty field: none. */
function Limits({ queue: { name, settings }, onChange }: Props) {
  const [form, set] = useState<Form>();
  const [fault, refuse] = useState<Fault>();
  const shown = form ?? formOf(settings);
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await post(`queues/${encodeURIComponent(name)}/configure`, settingsOf(shown));
      say(`${t('save')} ✓`);
      set(undefined);
      onChange();
    } catch (error) {
      refuse(faultFrom(error));
    }
  };
  return (
    <form class="form" onSubmit={(event) => void save(event)}>
      {FIELDS.map((field) => (
        <Field key={field} name={field} label={t(`queue_${field}`)} fault={fault}>
          <input
            value={shown[field]}
            disabled={!may('steer', 'queues.configure')}
            onInput={({ currentTarget: { value } }) => {
              refuse(undefined);
              set({ ...shown, [field]: value });
            }}
          />
        </Field>
      ))}
      {fault !== undefined && <Trouble error={fault} />}
      {may('steer', 'queues.configure') && (
        <button type="submit" class="primary" disabled={form === undefined}>
          {t('save')}
        </button>
      )}
    </form>
  );
}

/** How long until nothing waits, if it goes on like this. */
function emptyIn(queue: Details): string {
  const ms = emptyInMs(queue);
  return ms === undefined ? '–' : duration(ms);
}

function Facts({ queue }: { queue: Details }) {
  const { name, enqueued, blocked, workers, oldestSince, paused, flow } = queue;
  const facts = [
    [t('enqueued'), <a href={to(['jobs'], { state: 'enqueued', queue: name })}>{count(enqueued)}</a>],
    // Where none is enqueued, it is one that was due and that no worker has brought here.
    [t('oldest'), <Time at={enqueued > 0 ? oldestSince : undefined} />],
    [t('flowIn'), pace(flow?.in)],
    [t('flowOut'), pace(flow?.out)],
    [t('emptyIn'), emptyIn(queue)],
    [t('blocked'), count(blocked)],
    [t('workers'), count(workers)],
  ] as const;
  return (
    <>
      <dl class="facts">
        {facts.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Paused paused={paused} look="trouble" />
    </>
  );
}

/** One queue: how it is, its limits, its groups. */
export function QueueOne({ name }: { name: string }) {
  const path = `queues/${encodeURIComponent(name)}`;
  const { data, error, reload } = useData<{ queue: Details }>(path, { everyMs: 2000 });
  if (data === undefined) return <Pending error={error} />;
  const { queue } = data;
  return (
    <>
      <h1>{name}</h1>
      <Trouble error={error} />
      {!queue.isKnown && <p class="trouble">{t('unknownQueue')}</p>}
      <Facts queue={queue} />
      <div class="toolbar">
        <QueueButtons queue={queue} onChange={reload} />
        {(['processing', 'failed'] as const).map((state) => (
          <a key={state} href={to(['search'], { q: `state:${state} queue:"${name}"` })}>
            {t(state)}
          </a>
        ))}
      </div>
      <div class="columns even">
        <Priorities queue={queue} />
        <Takers name={name} />
      </div>
      <NextJobs name={name} />
      <Card title={t('limits')} note={t('queueLimitsNote')}>
        <Limits queue={queue} onChange={reload} />
      </Card>
      {queue.groupCount > 0 && (
        <Card title={t('groups')} note={count(queue.groupCount)}>
          <Table heads={[t('key'), numeric(t('enqueued')), numeric(t('blocked'))]}>
            {queue.groups.map(({ key, enqueued, blocked }) => (
              <tr key={key}>
                <td class="name">{key}</td>
                <td class="n">{count(enqueued)}</td>
                <td class="n">
                  {count(blocked)}
                  {queue.blockedLookedAt < queue.blocked && '+'}
                </td>
              </tr>
            ))}
          </Table>
        </Card>
      )}
    </>
  );
}
