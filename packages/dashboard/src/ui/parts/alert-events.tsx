import { t } from '../i18n.ts';
import { amount } from './alert-amount.ts';
import { Time } from './basics.tsx';
import { Table } from './table.tsx';
import { useData } from './use-data.ts';
import type { AlertEvent, Delivery } from '../types.ts';

function Told({ channel, ok, error = '', tries }: Delivery) {
  return (
    <span class={`badge ${ok ? 'succeeded' : 'failed'}`}>
      {channel} {ok ? '✓' : `✗ ${error} ×${tries}`}
    </span>
  );
}

const LOOKS: Readonly<Record<string, string>> = { fired: 'failed', resolved: 'succeeded' };

function Row({ event }: { event: AlertEvent }) {
  const { at, what, rule, value, about, by, why, deliveries } = event;
  return (
    <tr>
      <td>
        <Time at={at} />
      </td>
      <td>
        <span class={`badge ${LOOKS[what] ?? ''}`}>{t(`event_${what}`)}</span>
      </td>
      <td class="name">
        <bdi>{rule?.name}</bdi>
      </td>
      <td class="detail">
        {value !== undefined && <bdi>{amount(value, rule ?? {})}</bdi>} {about}
        {[by, why].filter(Boolean).join(' · ')}
      </td>
      <td>
        {deliveries.map((one) => (
          <Told key={one.channel} {...one} />
        ))}
      </td>
    </tr>
  );
}

/** What became of alerts, the newest first. */
export function AlertEvents() {
  const { data } = useData<{ events: readonly AlertEvent[] }>('alerts/events', { everyMs: 5000 });
  if (data === undefined || data.events.length === 0) return null;
  return (
    <>
      <h2>{t('history')}</h2>
      <Table heads={[t('when'), t('verb'), t('name'), t('details'), t('channels')]}>
        {data.events.map((event) => (
          <Row key={event.id} event={event} />
        ))}
      </Table>
    </>
  );
}
