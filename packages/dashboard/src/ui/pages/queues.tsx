import { useState } from 'preact/hooks';
import { count, pace } from '../format.ts';
import { t } from '../i18n.ts';
import { Bar, Empty } from '../parts/basics.tsx';
import { Paused } from '../parts/paused.tsx';
import { QueueButtons } from '../parts/queue-buttons.tsx';
import { useData } from '../parts/use-data.ts';
import { place, refine, to } from '../router.ts';
import type { Queue } from '../types.ts';
import { PRIORITIES } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';

type Row = Queue & { readonly workers: number };

interface RowProps {
  readonly queue: Row;
  readonly onChange: () => void;
}

function QueueRow({ queue, onChange }: RowProps) {
  const { name, paused, enqueued, blocked, suspects, workers, flow } = queue;
  return (
    <tr>
      <td class="name">
        <a href={to(['queues', name])}>{name}</a>
        <Paused paused={paused} look="badge cancelled" />
      </td>
      <td class="n">
        <a href={to(['jobs'], { state: 'enqueued', queue: name })}>{count(enqueued)}</a>
      </td>
      <td class="wide">
        <Bar
          parts={PRIORITIES.map((priority) => [priority, queue.byPriority[priority] ?? 0] as const)}
          total={enqueued}
        />
      </td>
      <td class="n">{pace(flow?.in)}</td>
      <td class="n">{pace(flow?.out)}</td>
      <td class="n">{blocked > 0 ? count(blocked) : ''}</td>
      <td class="n">{suspects > 0 ? <span class="bad-text">{count(suspects)}</span> : ''}</td>
      <td class="n">
        {workers === 0 && enqueued > 0 ? <span class="bad-text">{count(0)}</span> : count(workers)}
      </td>
      <td class="buttons">
        <QueueButtons queue={queue} onChange={onChange} />
      </td>
    </tr>
  );
}

/** So many rows are drawn before somebody asks for more. */
const MOST_ROWS = 200;
/** So few are seen at a glance. */
const FEW_ROWS = 10;

/** What may be wrong with a queue, by its word in the address: the overview leads here where there are many. */
const FAULTS = {
  unserved: ({ workers, enqueued }) => workers === 0 && enqueued > 0,
  paused: ({ paused }) => paused !== undefined,
  suspects: ({ suspects }) => suspects > 0,
  blocked: ({ blocked, enqueued }) => blocked > 0 && blocked === enqueued,
} as const satisfies Record<string, (queue: Row) => boolean>;
const FAULT_NAMES = Object.keys(FAULTS) as readonly (keyof typeof FAULTS)[];

/** The deepest first, those with the text in their names, and with the fault that is chosen. */
function choose(queues: readonly Row[], text: string): readonly Row[] {
  const fault = FAULT_NAMES.find((name) => name === place.value.query.get('only'));
  return queues
    .filter((queue) => fault === undefined || FAULTS[fault](queue))
    .filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()))
    .toSorted((a, b) => b.enqueued - a.enqueued || (a.name < b.name ? -1 : 1));
}

interface FinderProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly shown: number;
  readonly found: number;
}

/** Finds queues by a part of their names, or by what is wrong with them. */
function Finder({ text, onText, shown, found }: FinderProps) {
  return (
    <div class="toolbar">
      <input
        type="search"
        aria-label={t('search')}
        placeholder={t('queue')}
        value={text}
        onInput={(event) => onText(event.currentTarget.value)}
      />
      <select
        aria-label={t('state')}
        value={place.value.query.get('only') ?? ''}
        onChange={(event) => refine({ only: event.currentTarget.value })}
      >
        <option value="">{t('showAll')}</option>
        {FAULT_NAMES.map((name) => (
          <option key={name} value={name}>
            {t(name)}
          </option>
        ))}
      </select>
      <span class="muted">
        {t('page', { from: count(Math.min(1, shown)), to: count(shown), total: count(found) })}
      </span>
    </div>
  );
}

interface TableProps {
  readonly rows: readonly Row[];
  readonly onChange: () => void;
}

function QueueTable({ rows, onChange }: TableProps) {
  const numbers = (['flowIn', 'flowOut', 'blocked', 'suspects', 'workers'] as const).map((key) =>
    numeric(t(key)),
  );
  return (
    <Table heads={[t('queue'), numeric(t('enqueued')), t('priority'), ...numbers, '']}>
      {rows.map((queue) => (
        <QueueRow key={queue.name} queue={queue} onChange={onChange} />
      ))}
    </Table>
  );
}

/** All queues, the deepest first. */
export function Queues() {
  const { data, error, reload } = useData<{ queues: readonly Row[] }>('queues', { everyMs: 2000 });
  const [text, search] = useState('');
  const [most, setMost] = useState(MOST_ROWS);
  const all = data?.queues ?? [];
  const found = choose(all, text);
  const rows = found.slice(0, most);
  return (
    <>
      <h1>{t('queues')}</h1>
      <Trouble error={error} />
      {data !== undefined && all.length === 0 && <Empty text="noQueues" hint="noJobsHint" />}
      {(all.length > FEW_ROWS || found.length < all.length) && (
        <Finder text={text} onText={search} shown={rows.length} found={found.length} />
      )}
      {all.length > 0 && rows.length === 0 && <Empty text="notFound" />}
      {rows.length > 0 && <QueueTable rows={rows} onChange={reload} />}
      {found.length > most && (
        <button type="button" class="link" onClick={() => setMost(most + MOST_ROWS)}>
          {t('andMore', { count: count(found.length - most) })}
        </button>
      )}
    </>
  );
}
