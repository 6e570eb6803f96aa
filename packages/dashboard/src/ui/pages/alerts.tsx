import { useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { duration } from '../format.ts';
import { t } from '../i18n.ts';
import { amount } from '../parts/alert-amount.ts';
import { AlertEvents } from '../parts/alert-events.tsx';
import { Card, Time } from '../parts/basics.tsx';
import { numeric, Table } from '../parts/table.tsx';
import { SureButton } from '../parts/sure-button.tsx';
import { attempt, say } from '../parts/toasts.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { place, to } from '../router.ts';
import type { Alert, Delivery } from '../types.ts';
import { AlertForm } from './alert-form.tsx';

/** What many installations begin with; named in the language of whoever begins. */
const SUGGESTED = [
  { kind: 'failures', count: 10, within: '5m' },
  { kind: 'no-worker', for: '1m' },
  { kind: 'oldest', age: '10m' },
] as const;
/** Somebody looks every ten seconds, or nobody does. */
const UNSEEN_MS = 120_000;
const SILENCES = ['1h', '8h', '24h'] as const;

interface Page {
  readonly alerts: readonly Alert[];
  readonly channels: readonly string[];
}

function limitOf(alert: Pick<Alert, 'count' | 'withinMs' | 'ageMs'>): string {
  const limit = amount(alert.ageMs ?? alert.count, alert);
  return alert.withinMs === undefined ? limit : `${limit} / ${duration(alert.withinMs)}`;
}

function State({ alert }: { alert: Alert }) {
  const { enabled, isFiring, silencedUntil = 0, changedAt, lookedAt = changedAt } = alert;
  if (!enabled) return <span class="badge cancelled">{t('paused')}</span>;
  if (Date.now() - lookedAt > UNSEEN_MS) return <span class="badge awaiting">{t('unseen')}</span>;
  return (
    <>
      <span class={`badge ${isFiring ? 'failed' : 'succeeded'}`}>{t(isFiring ? 'firing' : 'calm')}</span>
      {silencedUntil > Date.now() && (
        <span class="badge">
          {t('silent')} <Time at={silencedUntil} />
        </span>
      )}
    </>
  );
}

interface ActProps {
  readonly alert: Alert;
  readonly onChange: () => void;
}

function Silence({ act }: { act: (verb: string, text: string, body?: object) => void }) {
  const [hours, choose] = useState<string>(SILENCES[0]);
  const submit = (event: Event): void => {
    event.preventDefault();
    act('silence', t('silence'), { for: hours });
  };
  return (
    <form class="inline" onSubmit={submit}>
      <select
        dir="ltr"
        aria-label={t('silence')}
        value={hours}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {SILENCES.map((one) => (
          <option key={one} value={one}>
            {one.replace('h', ' h')}
          </option>
        ))}
      </select>
      <button type="submit">{t('silence')}</button>
    </form>
  );
}

/** What a person may do with an alert. */
function Acts({ alert: { id, enabled, silencedUntil = 0 }, onChange }: ActProps) {
  const act = (verb: string, text: string, body?: object): void =>
    void attempt(text, () => post(`alerts/${id}/${verb}`, body)).then(onChange);
  return (
    <>
      {silencedUntil > Date.now() ? (
        <button type="button" onClick={() => act('unsilence', t('unsilence'))}>
          {t('unsilence')}
        </button>
      ) : (
        <Silence act={act} />
      )}
      <a class="button" href={to(['alerts', id], { form: '1' })}>
        {t('edit')}
      </a>
      <button
        type="button"
        class="quiet"
        onClick={() => act('change', t(enabled ? 'pause' : 'resume'), { enabled: !enabled })}
      >
        {t(enabled ? 'pause' : 'resume')}
      </button>
      {may('remove') && <SureButton text={t('remove')} onSure={() => act('remove', t('remove'))} />}
    </>
  );
}

function Row({ alert, onChange }: ActProps) {
  const { name, kind, queue, jobName, about, page, value, isFiring, since } = alert;
  return (
    <tr>
      <td class="name">
        <bdi>{name}</bdi> {queue && <bdi class="badge">{queue}</bdi>}{' '}
        {jobName && <bdi class="badge">{jobName}</bdi>}
        <small class="muted id">{t(`alert_${kind}`)}</small>
      </td>
      <td>
        <State alert={alert} />
      </td>
      <td class={`n${isFiring ? ' bad-text' : ''}`}>
        <a href={`#/${page}`}>
          <bdi>{amount(value, alert)}</bdi>
        </a>
        {!queue && !jobName && <small class="muted id">{about}</small>}
      </td>
      <td class="n">
        <bdi>{limitOf(alert)}</bdi>
      </td>
      <td>
        <Time at={since} />
      </td>
      {may('steer') && (
        <td class="buttons">
          <Acts alert={alert} onChange={onChange} />
        </td>
      )}
    </tr>
  );
}

function Begin({ onChange }: { onChange: () => void }) {
  return (
    <div class="empty">
      <p>{t('noAlerts')}</p>
      <p class="muted">{t('noAlertsHint')}</p>
      {may('steer') && (
        <p class="actions">
          {SUGGESTED.map((one) => (
            <button
              key={one.kind}
              type="button"
              onClick={() =>
                void attempt(t('newAlert'), () =>
                  post('alerts', { ...one, name: t(`alert_${one.kind}`) }),
                ).then(onChange)
              }
            >
              + {t(`alert_${one.kind}`)}{' '}
              <bdi class="muted">
                {'count' in one ? `> ${one.count} / ${one.within}` : `> ${'age' in one ? one.age : one.for}`}
              </bdi>
            </button>
          ))}
        </p>
      )}
    </div>
  );
}

/** Who is told, and whether that arrives. */
function Channels({ names, onChange }: { names: readonly string[]; onChange: () => void }) {
  const tryOut = async (): Promise<void> => {
    await attempt(t('sendTest'), async () => {
      const { deliveries } = await post<{ deliveries: readonly Delivery[] }>('alerts/test');
      for (const { channel, error } of deliveries.filter(({ ok }) => !ok))
        say(`${channel}: ${error ?? ''}`, 'bad');
    });
    onChange();
  };
  return (
    <Card title={t('channels')}>
      {names.length === 0 ? (
        <p class="muted">{t('noChannels')}</p>
      ) : (
        <p class="actions">
          {names.map((name) => (
            <span class="badge" key={name}>
              {name}
            </span>
          ))}
          {may('steer') && (
            <button type="button" onClick={() => void tryOut()}>
              {t('sendTest')}
            </button>
          )}
        </p>
      )}
    </Card>
  );
}

function AlertList() {
  const { data, error, reload } = useData<Page>('alerts');
  const heads = [t('name'), t('state'), numeric(t('found')), numeric(t('limit')), t('since')];
  return (
    <>
      <h1>{t('alerts')}</h1>
      {may('steer') && (
        <div class="toolbar">
          <a class="button" href={to(['alerts'], { form: '1' })}>
            {t('newAlert')}
          </a>
        </div>
      )}
      <Trouble error={error} />
      {data?.alerts.length === 0 && <Begin onChange={reload} />}
      {data !== undefined && data.alerts.length > 0 && (
        <Table heads={may('steer') ? [...heads, ''] : heads}>
          {data.alerts.map((alert) => (
            <Row key={alert.id} alert={alert} onChange={reload} />
          ))}
        </Table>
      )}
      {data !== undefined && <Channels names={data.channels} onChange={reload} />}
      <AlertEvents />
    </>
  );
}

/** What somebody is told of, and what became of it. */
export function Alerts({ id }: { id: string | undefined }) {
  return place.value.query.has('form') ? <AlertForm id={id} key={id ?? ''} /> : <AlertList />;
}
