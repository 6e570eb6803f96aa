import { bytes, count, duration } from '../format.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Bar, Empty, now } from '../parts/basics.tsx';
import { to } from '../router.ts';
import type { WorkerEntry } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';

const STALL_MS = 250;

function Row({ worker }: { worker: WorkerEntry }) {
  const { id, info, load } = worker;
  const [running, slots] = [load?.running ?? 0, info?.concurrency ?? 0];
  return (
    <tr>
      <td class="name">
        {info?.host ?? '?'}
        <code class="muted id">
          {id} · pid {info?.pid}
        </code>
      </td>
      <td class="wide">
        <Bar parts={[['processing', running]]} total={slots} />
        <small class="muted">{t('slotsBusy', { busy: count(running), all: count(slots) })}</small>
      </td>
      <td>
        {info?.queues.map((queue) => (
          <a class="badge" key={queue} href={to(['jobs'], { state: 'enqueued', queue })}>
            {queue}
          </a>
        ))}
      </td>
      <td class="n">{load === undefined ? '–' : bytes(load.memoryBytes)}</td>
      <td class={`n${(load?.stallMs ?? 0) > STALL_MS ? ' bad-text' : ''}`}>
        {load === undefined ? '–' : duration(load.stallMs)}
      </td>
      <td class="n">{info === undefined ? '–' : duration(now.value - info.startedAt)}</td>
      <td class="muted">
        {info?.version} · Node {info?.node.replace('v', '')}
      </td>
    </tr>
  );
}

/** Who works, how busy each is, and how it does. */
export function Workers() {
  const workers = pulse.value?.workers;
  return (
    <>
      <h1>{t('workers')}</h1>
      {workers?.length === 0 && <Empty text="noWorkers" hint="noWorkersHint" />}
      {workers !== undefined && workers.length > 0 && (
        <Table
          heads={[
            t('host'),
            t('load'),
            t('queues'),
            numeric(t('memory')),
            numeric(t('lag')),
            numeric(t('uptime')),
            t('version'),
          ]}
        >
          {workers.map((worker) => (
            <Row key={worker.id} worker={worker} />
          ))}
        </Table>
      )}
    </>
  );
}
