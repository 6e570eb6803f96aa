import { useEffect, useRef, useState } from 'preact/hooks';
import { may } from '../api.ts';
import { count, counted } from '../format.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { Empty } from '../parts/basics.tsx';
import { BulkDialog } from '../parts/bulk.tsx';
import { ExportLinks } from '../parts/export-link.tsx';
import { Actions } from '../parts/job-actions.tsx';
import { ColumnChoice } from '../parts/job-columns.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { NarrowPager } from '../parts/narrow-pager.tsx';
import { useChosen } from '../parts/use-chosen.ts';
import { useData } from '../parts/use-data.ts';
import { place, refine, to } from '../router.ts';
import type { Job, State } from '../types.ts';
import { STATES } from '../types.ts';
import { Trouble } from '../parts/trouble.tsx';

/** How many rows a person may ask for; the first is the usual. */
const ROWS = [50, 100, 200, 500] as const;

interface Page {
  readonly jobs: readonly Job[];
  /** Undefined: of those that one may see nobody knows how many there are, and where among them one is. */
  readonly total?: number;
  readonly offset?: number;
  readonly next?: string;
  readonly previous?: string;
}

const NO_PAGE: Page = { jobs: [], total: 0, offset: 0 };

/** Where jobs of a state are listed. Of a queue only what waits has a list; all others are searched for. */
function placeOf(state: State, queue: string | undefined): string {
  if (queue === undefined || state === 'enqueued') return to(['jobs'], { state, queue });
  return to(['search'], { q: `state:${state} queue:"${queue}"` });
}

function Tabs({ chosen, queue }: { chosen: State | undefined; queue: string | undefined }) {
  const counts = pulse.value?.counts;
  const tabs = useRef<HTMLElement>(null);
  // On a phone they are a line that scrolls.
  useEffect(() => {
    tabs.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [chosen, counts === undefined]);
  return (
    <nav ref={tabs} class="tabs" aria-label={t('state')}>
      {STATES.map((state) => (
        <a key={state} href={placeOf(state, queue)} aria-current={state === chosen ? 'page' : undefined}>
          {t(state)} {/* They are of all queues. */}
          <span class="n">{queue === undefined && count(counts?.[state])}</span>
        </a>
      ))}
    </nav>
  );
}

/** Where one is, and the pages before and behind; `isAway`: a cursor leads nowhere, as when shards were added. */
function Pager({ page, rows, isAway }: { page: Page; rows: number; isAway: boolean }) {
  const { total, offset = 0, next, previous } = page;
  if (isAway)
    return (
      <button type="button" onClick={() => refine({ cursor: undefined })}>
        {t('firstPage')}
      </button>
    );
  if (total === undefined) return <NarrowPager next={next} />;
  if (total <= ROWS[0] && offset === 0) return null;
  return (
    <div class="pager">
      <button type="button" disabled={previous === undefined} onClick={() => refine({ cursor: previous })}>
        {t('previous')}
      </button>
      <span>
        {t('page', {
          from: count(Math.min(total, offset + 1)),
          to: count(Math.min(total, offset + rows)),
          total: count(total),
        })}
      </span>
      <button type="button" disabled={next === undefined} onClick={() => refine({ cursor: next })}>
        {t('next')}
      </button>
      <select
        aria-label={t('rows')}
        value={rows}
        onChange={({ currentTarget: { value } }) => refine({ rows: value, cursor: undefined })}
      >
        {ROWS.map((one) => (
          <option key={one} value={one}>
            {t('rowsOf', { count: one })}
          </option>
        ))}
      </select>
    </div>
  );
}

/** What the address asks for. */
interface Asked {
  readonly state: State | undefined;
  readonly queue: string | undefined;
  readonly tag: string | undefined;
  readonly cursor: string | undefined;
  readonly rows: number;
  readonly reverse: string | undefined;
}

function readAsked({ query }: { query: URLSearchParams }): Asked {
  const [tag, queue] = [query.get('tag') ?? undefined, query.get('queue') ?? undefined];
  const state = tag === undefined ? ((query.get('state') ?? 'enqueued') as State) : undefined;
  const reverse = query.get('reverse') ?? undefined;
  const rows = ROWS.find((one) => String(one) === query.get('rows')) ?? ROWS[0];
  return { state, queue, tag, cursor: query.get('cursor') ?? undefined, rows, reverse };
}

function pathOf({ state, queue, tag, cursor, rows, reverse }: Asked): string {
  const search = new URLSearchParams({
    ...(state !== undefined && { state }),
    ...(queue !== undefined && state === 'enqueued' && { queue }),
    ...(tag !== undefined && { tag }),
    ...(reverse !== undefined && { reverse }),
    ...(cursor !== undefined && { cursor }),
    limit: String(rows),
  });
  return `jobs?${search.toString()}`;
}

/** What comes first, and a click turns it round. What waits is in the order in which it will run. */
function Order({ state, reverse }: Asked) {
  const isByTurn = state === 'enqueued' || state === 'scheduled';
  const [usual, turned] = isByTurn
    ? (['runsFirst', 'runsLast'] as const)
    : (['newestFirst', 'oldestFirst'] as const);
  const turn = (): void => refine({ reverse: reverse === undefined ? 'true' : undefined, cursor: undefined });
  return (
    <button type="button" class="quiet" onClick={turn}>
      {t(reverse === undefined ? usual : turned)} <span aria-hidden="true">⇅</span>
    </button>
  );
}

/** Opens the dialog that changes all jobs of the page's filter. */
function AllThatMatch({ asked, total, onDone }: { asked: Asked; total: number; onDone: () => void }) {
  const [isAsking, ask] = useState(false);
  const { state, queue } = asked;
  if (state === undefined) return null;
  const close = (): void => {
    ask(false);
    onDone();
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => ask(true)}>
        {counted('allThatMatch', total)}…
      </button>
      {isAsking && <BulkDialog filter={{ state, ...(queue !== undefined && { queue }) }} onClose={close} />}
    </>
  );
}

/** Jobs of a state, of a queue, or with a tag; the table follows its data, and holds still while somebody selects. */
export function Jobs() {
  const asked = readAsked(place.value);
  const { state, queue } = asked;
  const isElsewhere = state !== undefined && queue !== undefined && state !== 'enqueued';
  useEffect(() => {
    if (isElsewhere) location.replace(placeOf(state, queue));
  }, [isElsewhere, state, queue]);
  return isElsewhere ? null : <List asked={asked} />;
}

function List({ asked }: { asked: Asked }) {
  const { state, queue, tag } = asked;
  const path = pathOf(asked);
  const { chosen, toggle, clear } = useChosen(path);
  const { data, error, reload } = useData<Page>(path, { isHeld: chosen.size > 0 });
  const done = (): void => {
    clear();
    reload();
  };
  // While another page is under way the buttons stay, with whoever is at them.
  const shown = useRef(NO_PAGE);
  if (data !== undefined) shown.current = data;
  const { jobs, total } = data ?? NO_PAGE;
  return (
    <>
      <h1>{[t('jobs'), queue, tag].filter(Boolean).join(' · ')}</h1>
      <Tabs chosen={state} queue={queue} />
      <Trouble error={error} />
      {jobs.length > 0 && (
        <div class="toolbar">
          {chosen.size > 0 && <Actions chosen={chosen} states={[state ?? 'processing']} onDone={done} />}
          {total !== undefined && may('steer', 'bulk.create') && (
            <AllThatMatch asked={asked} total={total} onDone={reload} />
          )}
          <Order {...asked} />
          <ColumnChoice />
          <ExportLinks query={{ ...(state && { state }), ...(queue && { queue }), ...(tag && { tag }) }} />
        </div>
      )}
      {data !== undefined && jobs.length === 0 && data.next === undefined && (
        <Empty text="noJobs" {...(state === 'enqueued' && { hint: 'noJobsHint' })} />
      )}
      {jobs.length > 0 && (
        <JobTable jobs={jobs} chosen={chosen} onToggle={may('steer') ? toggle : undefined} />
      )}
      <Pager
        page={shown.current}
        rows={asked.rows}
        isAway={error !== undefined && asked.cursor !== undefined}
      />
    </>
  );
}
