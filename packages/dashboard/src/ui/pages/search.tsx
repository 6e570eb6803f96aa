import { useEffect, useState } from 'preact/hooks';
import { may } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { Bar, Empty } from '../parts/basics.tsx';
import type { BulkFilter } from '../parts/bulk.tsx';
import { BulkDialog } from '../parts/bulk.tsx';
import { SelectionDialog } from '../parts/selection.tsx';
import { ExportLinks } from '../parts/export-link.tsx';
import { Actions } from '../parts/job-actions.tsx';
import { ColumnChoice } from '../parts/job-columns.tsx';
import { JobTable } from '../parts/job-table.tsx';
import { useChosen } from '../parts/use-chosen.ts';
import type { Search } from '../parts/use-search.ts';
import { useSearch } from '../parts/use-search.ts';
import { place } from '../router.ts';

/** How far a search is, and how to stop it or to let it go on. */
function Progress({ search }: { search: Search }) {
  const { hits, looked, total, state, stop, goOn } = search;
  return (
    <div class="toolbar" aria-live="polite">
      <span>
        {t('searchFound', {
          found: count(hits.length),
          looked: count(looked),
          total: count(Math.max(total, looked)),
        })}
      </span>
      {state === 'running' && (
        <>
          <Bar parts={[['processing', looked]]} total={Math.max(total, looked, 1)} />
          <button type="button" onClick={stop}>
            {t('stop')}
          </button>
        </>
      )}
      {state === 'paused' && (
        <button type="button" onClick={goOn}>
          {t('searchOn')}
        </button>
      )}
    </div>
  );
}

interface ChangeProps {
  readonly text: string;
  readonly filter: BulkFilter | undefined;
  readonly onDone: () => void;
}

/** Changes all that match: by a filter where there is one for what is searched, else by a selection. */
function ChangeAll({ text, filter, onDone }: ChangeProps) {
  const [isAsking, ask] = useState(false);
  const close = (hasRun: boolean): void => {
    ask(false);
    if (hasRun) onDone();
  };
  return (
    <>
      <button type="button" class="quiet" onClick={() => ask(true)}>
        {t('changeAll')}…
      </button>
      {isAsking && filter !== undefined && <BulkDialog filter={filter} onClose={close} />}
      {isAsking && filter === undefined && <SelectionDialog text={text} onClose={close} />}
    </>
  );
}

/** Jobs that match words and qualifiers, as they are found; where nothing is looked for, what can be. */
export function SearchResults() {
  const text = place.value.query.get('q') ?? '';
  if (text.trim() !== '') return <Results text={text} />;
  return (
    <>
      <h1>{t('search')}</h1>
      <Empty text="searchHint" hint="searchHelp" />
    </>
  );
}

function Results({ text }: { text: string }) {
  const search = useSearch(text);
  const { chosen, toggle, clear } = useChosen(text);
  useEffect(() => search.stop, [text]);
  const { hits, state, error, filter } = search;
  const states = hits.flatMap((job) => (chosen.has(job.id) ? [job.state] : []));
  const done = (): void => {
    clear();
    search.again();
  };
  return (
    <>
      <h1>
        {t('search')} · <code>{text}</code>
      </h1>
      {error !== undefined && (
        <p class="trouble" role="alert">
          {error}
        </p>
      )}
      {error === undefined && <Progress search={search} />}
      {hits.length > 0 && (
        <div class="toolbar">
          {chosen.size > 0 && <Actions chosen={chosen} states={states} onDone={done} />}
          {may('steer', 'bulk.create') && <ChangeAll text={text} filter={filter} onDone={done} />}
          <ColumnChoice />
          <ExportLinks query={{ q: text }} />
        </div>
      )}
      {state === 'done' && hits.length === 0 && error === undefined && (
        <Empty text="searchNothing" hint="searchHelp" />
      )}
      {hits.length > 0 && (
        <JobTable jobs={hits} chosen={chosen} onToggle={may('steer') ? toggle : undefined} />
      )}
    </>
  );
}
