import { useEffect, useRef, useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { ago, count } from '../format.ts';
import { t } from '../i18n.ts';
import { Bar, Empty, now } from '../parts/basics.tsx';
import { attempt } from '../parts/toasts.tsx';
import { useData } from '../parts/use-data.ts';
import { to } from '../router.ts';
import type { Queue } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';

type Row = Queue & { readonly workers: number };

const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

/** Purging is final: whoever does it writes the queue's name. */
function PurgeDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  const [written, write] = useState('');
  useEffect(() => box.current?.showModal(), []);
  const purge = async (): Promise<void> => {
    await attempt(`${t('purge')} ${name}`, () =>
      post(`queues/${encodeURIComponent(name)}/purge`, { confirm: written }),
    );
    box.current?.close();
  };
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="purge-title">
      <h2 id="purge-title">
        {t('purge')}: {name}
      </h2>
      <label>
        {t('purgeAsk')}
        <input value={written} onInput={(event) => write(event.currentTarget.value)} autocomplete="off" />
      </label>
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
        <button type="button" class="danger" disabled={written !== name} onClick={() => void purge()}>
          {t('purge')}
        </button>
      </footer>
    </dialog>
  );
}

interface RowProps {
  readonly queue: Row;
  readonly onChange: () => void;
  readonly onPurge: () => void;
}

function QueueRow({ queue, onChange, onPurge }: RowProps) {
  const { name, paused, enqueued, blocked, suspects, workers } = queue;
  const verb = paused === undefined ? 'pause' : 'resume';
  const toggle = async (): Promise<void> => {
    await attempt(`${t(verb)} ${name}`, () => post(`queues/${encodeURIComponent(name)}/${verb}`));
    onChange();
  };
  return (
    <tr>
      <td class="name">
        <a href={to(['jobs'], { state: 'enqueued', queue: name })}>{name}</a>
        {paused !== undefined && (
          <span class="badge cancelled" title={paused.why}>
            {t('pausedBy', { by: paused.by, when: ago(paused.at, now.value) })}
          </span>
        )}
      </td>
      <td class="n">{count(enqueued)}</td>
      <td class="wide">
        <Bar
          parts={PRIORITIES.map((priority) => [priority, queue.byPriority[priority] ?? 0] as const)}
          total={enqueued}
        />
      </td>
      <td class="n">{blocked > 0 ? count(blocked) : ''}</td>
      <td class="n">{suspects > 0 ? <span class="bad-text">{count(suspects)}</span> : ''}</td>
      <td class="n">{workers === 0 && enqueued > 0 ? <span class="bad-text">0</span> : count(workers)}</td>
      <td class="buttons">
        {may('steer') && (
          <button type="button" onClick={() => void toggle()}>
            {t(verb)}
          </button>
        )}
        {may('remove') && (
          <button type="button" class="danger quiet" onClick={onPurge}>
            {t('purge')}…
          </button>
        )}
      </td>
    </tr>
  );
}

/** All queues, the deepest first. */
export function Queues() {
  const { data, error, reload } = useData<{ queues: readonly Row[] }>('queues', { everyMs: 2000 });
  const [purging, purge] = useState<string>();
  const rows = (data?.queues ?? []).toSorted((a, b) => b.enqueued - a.enqueued || (a.name < b.name ? -1 : 1));
  return (
    <>
      <h1>{t('queues')}</h1>
      <Trouble error={error} />
      {data !== undefined && rows.length === 0 && <Empty text="noQueues" hint="noJobsHint" />}
      {purging !== undefined && (
        <PurgeDialog
          name={purging}
          onClose={() => {
            purge(undefined);
            reload();
          }}
        />
      )}
      {rows.length > 0 && (
        <Table
          heads={[
            t('queue'),
            numeric(t('enqueued')),
            t('priority'),
            numeric(t('blocked')),
            numeric(t('suspects')),
            numeric(t('workers')),
            '',
          ]}
        >
          {rows.map((queue) => (
            <QueueRow key={queue.name} queue={queue} onChange={reload} onPurge={() => purge(queue.name)} />
          ))}
        </Table>
      )}
    </>
  );
}
