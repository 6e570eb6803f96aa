import { may } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { Card, Empty, Time } from '../parts/basics.tsx';
import type { NextTimes } from '../parts/next-runs.tsx';
import { NextRuns } from '../parts/next-runs.tsx';
import { NarrowPager } from '../parts/narrow-pager.tsx';
import { Paused } from '../parts/paused.tsx';
import { Badges, Buttons, LeftOutRuns, Run, Schedule } from '../parts/recurring-basics.tsx';
import { Table } from '../parts/table.tsx';
import { Pending, Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { place, refine, to } from '../router.ts';
import type { Recurring, Tick } from '../recurring-types.ts';

const PER_PAGE = 50;
/** What may be chosen, and how it is called. */
const STATES = {
  paused: 'paused',
  error: 'audit_disable',
  failed: 'failed',
  late: 'late',
  missed: 'tick_missed',
  overlap: 'tick_overlap',
} as const;

interface Page {
  readonly recurring: readonly Recurring[];
  /** Undefined: of those that one may see nobody knows how many there are; the next page begins at the cursor. */
  readonly total?: number;
  readonly next?: number;
  readonly cursor?: string;
}

/** Narrows the list; what is chosen stands in the address. */
function Filter() {
  const { query } = place.value;
  const set = (name: string) => (event: { currentTarget: { value: string } }) =>
    refine({ [name]: event.currentTarget.value, offset: undefined, cursor: undefined });
  return (
    <>
      <input
        type="search"
        maxLength={200}
        aria-label={t('filter')}
        placeholder={t('filter')}
        value={query.get('text') ?? ''}
        onChange={set('text')}
      />
      <select aria-label={t('state')} value={query.get('state') ?? ''} onChange={set('state')}>
        <option value="">{t('showAll')}</option>
        {Object.entries(STATES).map(([state, text]) => (
          <option key={state} value={state}>
            {state === 'failed' && `${t('lastRun')}: `}
            {t(text)}
          </option>
        ))}
      </select>
    </>
  );
}

/** With a filter a page ends where it has looked long enough: the next one begins there, and there is no way to count back. */
function Pager({ page, offset, isFiltered }: { page: Page; offset: number; isFiltered: boolean }) {
  const { recurring, total, next, cursor } = page;
  if (total === undefined) return <NarrowPager next={cursor} />;
  if (offset === 0 && next === undefined) return null;
  const turn = (from: number): void => refine({ offset: from > 0 ? String(from) : undefined });
  return (
    <div class="pager">
      <button type="button" disabled={offset === 0} onClick={() => turn(isFiltered ? 0 : offset - PER_PAGE)}>
        {t(isFiltered ? 'firstPage' : 'previous')}
      </button>
      <span>
        {isFiltered
          ? t('searchFound', {
              found: count(recurring.length),
              looked: count((next ?? total) - offset),
              total: count(total),
            })
          : t('page', { from: count(offset + 1), to: count(next ?? total), total: count(total) })}
      </span>
      <button type="button" disabled={next === undefined} onClick={() => turn(next ?? 0)}>
        {t('next')}
      </button>
    </div>
  );
}

function Row({ one, onDone }: { one: Recurring; onDone: () => void }) {
  return (
    <tr>
      <td class="name">
        <a href={to(['recurring', one.id])}>{one.id}</a> <Badges one={one} />
      </td>
      <td class="name">{one.job.name}</td>
      <td>
        <Schedule one={one} />
      </td>
      <td>
        <Time at={one.nextAt} />
      </td>
      <td>
        <Run tick={one.last} one={one} />
      </td>
      <td class="buttons">
        <Buttons one={one} onDone={onDone} />
      </td>
    </tr>
  );
}

/** Recurring jobs, a page at a time; what runs next comes first. */
export function RecurringList() {
  const { query } = place.value;
  const filter = ['text', 'state'].flatMap((name) => {
    const value = query.get(name) ?? '';
    return value === '' ? [] : [[name, value]];
  });
  const [offset, isFiltered] = [Number(query.get('offset') ?? 0), filter.length > 0];
  const cursor = query.get('cursor');
  const from = cursor === null ? ['offset', String(offset)] : ['cursor', cursor];
  const asked = new URLSearchParams([...filter, from, ['limit', String(PER_PAGE)]]);
  const { data, error, reload } = useData<Page>(`recurring?${asked}`, {
    everyMs: isFiltered ? 10_000 : 3000,
  });
  const rows = data?.recurring ?? [];
  const isNone = data !== undefined && data.cursor === undefined && rows.length === 0;
  return (
    <>
      <h1>{t('recurring')}</h1>
      <div class="toolbar">
        <Filter />
        {may('steer', 'recurring.create') && (
          <a class="button" href={to(['recurring'], { form: 'new' })}>
            {t('newRecurring')}
          </a>
        )}
      </div>
      <Trouble error={error} />
      {isNone &&
        (isFiltered ? <Empty text="notFound" /> : <Empty text="noRecurring" hint="noRecurringHint" />)}
      {rows.length > 0 && (
        <Table heads={[t('id'), t('name'), t('schedule'), t('nextRun'), t('lastRun'), '']}>
          {rows.map((one) => (
            <Row key={one.id} one={one} onDone={reload} />
          ))}
        </Table>
      )}
      {data !== undefined && <Pager page={data} offset={offset} isFiltered={isFiltered} />}
    </>
  );
}

interface OneData extends NextTimes {
  readonly recurring: Recurring;
  readonly history: readonly Tick[];
}

/** One recurring job: when it runs next, and what became of its last runs. */
export function RecurringOne({ id }: { id: string }) {
  const { data, error, reload } = useData<OneData>(`recurring/${encodeURIComponent(id)}`, { everyMs: 3000 });
  if (data === undefined) return <Pending error={error} />;
  const { recurring: one, history } = data;
  return (
    <>
      <h1>{one.id}</h1>
      <div class="toolbar">
        {may('steer', 'recurring.change') && (
          <a class="button" href={to(['recurring', one.id], { form: 'edit' })}>
            {t('edit')}
          </a>
        )}
        <Buttons one={one} onDone={reload} />
      </div>
      <Trouble error={one.error} />
      <Paused paused={one.paused} look="trouble" />
      <LeftOutRuns one={one} />
      <p>
        {one.job.name} · {one.job.queue} · <Schedule one={one} />
      </p>
      <div class="columns even">
        <Card title={t('nextRuns')}>
          <NextRuns times={data} zone={one.schedule.timeZone ?? 'UTC'} />
        </Card>
        <Card title={t('lastRuns')}>
          {history.length === 0 && <p class="muted">{t('noRuns')}</p>}
          <ol class="plain">
            {history.map((tick, i) => (
              <li key={i}>
                <Run tick={tick} one={one} />
              </li>
            ))}
          </ol>
        </Card>
      </div>
    </>
  );
}
