import { useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { ago, bytes, count, duration } from '../format.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Bar, Empty, now } from '../parts/basics.tsx';
import { SureButton } from '../parts/sure-button.tsx';
import { attempt } from '../parts/toasts.tsx';
import { to } from '../router.ts';
import type { Leftover, WorkerEntry } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';

const STALL_MS = 250;

/** How many jobs a worker runs at once: what it was told, else what its program says. */
export function slotsOf({ info, load }: WorkerEntry): number {
  return load?.concurrency ?? info?.concurrency ?? 0;
}

/** What a person may want of a worker. */
function Steer({ worker }: { worker: WorkerEntry }) {
  const [slots, setSlots] = useState('');
  const act = (verb: string, text: string, body?: object): void =>
    void attempt(text, () => post(`workers/${worker.id}/${verb}`, body));
  const setConcurrency = (event: Event): void => {
    event.preventDefault();
    act('concurrency', t('slots'), { slots: Number(slots) });
    setSlots('');
  };
  const verb = worker.load?.isQuiet === true ? 'resume' : 'quiet';
  return (
    <>
      {!worker.load?.isStopping && (
        <button type="button" onClick={() => act(verb, t(verb))}>
          {t(verb)}
        </button>
      )}
      <SureButton text={t('stop')} onSure={() => act('stop', t('stop'))} />
      <form class="inline" onSubmit={setConcurrency}>
        <input
          type="number"
          min="1"
          max="10000"
          required
          aria-label={t('slots')}
          placeholder={String(slotsOf(worker))}
          value={slots}
          onInput={(event) => setSlots(event.currentTarget.value)}
        />
        <button type="submit" class="quiet">
          {t('slots')}
        </button>
      </form>
    </>
  );
}

/** A handler that has outlived its attempt. */
export function leftoverText({ worker, host = worker, endedAt }: Leftover): string {
  return t('leftover', { worker: host, when: ago(endedAt, now.value) });
}

/** The job that it has run for longest, and the one that has ended without its handler. */
function Oldest({ worker: { load, leftover, info } }: { worker: WorkerEntry }) {
  const run = load?.longest?.[0];
  if (run === undefined) return null;
  return (
    <>
      <small>
        <a href={to(['jobs', run.id])}>
          {t('oldest')}: {duration(now.value - run.startedAt)}
        </a>
      </small>
      {leftover && (
        <small>
          <a class="bad-text" href={to(['jobs', leftover.job])}>
            {leftoverText({ host: info?.host, ...leftover })}
          </a>
        </small>
      )}
    </>
  );
}

function Row({ worker }: { worker: WorkerEntry }) {
  const { id, info, load, beatAgeMs, isLate } = worker;
  const [running, slots] = [load?.running ?? 0, slotsOf(worker)];
  return (
    <tr>
      <td class="name">
        {info?.host ?? '?'}{' '}
        {load?.isQuiet && (
          <span class="badge cancelled">{t(load.isStopping ? 'isStopping' : 'isQuiet')}</span>
        )}
        {isLate && <span class="badge failed">{t('beatLate')}</span>}
        <code class="muted id">
          {id} · pid {info?.pid}
        </code>
        <small class="muted">
          {info?.version} · Node {info?.node.replace('v', '')}
        </small>
      </td>
      <td class="wide">
        <Bar parts={[['processing', running]]} total={slots} />
        <small>
          <a href={to(['search'], { q: `state:processing worker:${id}` })}>
            {t('slotsBusy', { busy: count(running), all: count(slots) })}
          </a>
        </small>
        <Oldest worker={worker} />
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
      <td class={`n${isLate ? ' bad-text' : ''}`}>
        <bdi>{beatAgeMs === undefined ? '–' : duration(beatAgeMs)}</bdi>
      </td>
      <td class="n">{info === undefined ? '–' : duration(now.value - info.startedAt)}</td>
      {may('steer') && (
        <td class="buttons">
          <Steer worker={worker} />
        </td>
      )}
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
            numeric(t('beat')),
            numeric(t('uptime')),
            ...(may('steer') ? [''] : []),
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
