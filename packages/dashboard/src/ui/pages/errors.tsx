import { useState } from 'preact/hooks';
import { may } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { Empty, ErrorText, Time } from '../parts/basics.tsx';
import type { BulkFilter } from '../parts/bulk.tsx';
import { BulkDialog } from '../parts/bulk.tsx';
import { Spark } from '../parts/spark.tsx';
import { useData } from '../parts/use-data.ts';
import { place, to } from '../router.ts';
import type { ErrorGroup } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';

interface Groups {
  readonly groups: readonly ErrorGroup[];
  readonly total: number;
  readonly lookedAt: number;
}

const MOST_TEXT = 300;
/** So many of the newest failures one may look at, and how often it is done again: more of them cost more. */
const DEPTHS = { 500: 5000, 5000: 30_000, 50000: 300_000 };

/** The failed jobs of a group, as a bulk operation finds them: by the error's name, and where it was thrown, else what it says. */
function filterOf(group: ErrorGroup): BulkFilter {
  const { job: name, cause, error: errorName, queue } = group;
  const all = { state: 'failed', name, ...(queue !== undefined && { queue }) };
  if (cause === 'poison') return { ...all, poison: true };
  const errorContains = markOf(group);
  return {
    ...all,
    ...(errorName !== '' && { errorName }),
    ...(errorContains !== '' && { errorContains }),
  };
}

/** What differs from job to job is left out: the longest part without digits and quotes. Of an error that says nothing, its name. */
function markOf({ error, frame, message }: ErrorGroup): string {
  const longest = longestOf(message.split(/[\d"']+/));
  return (frame ?? (longest.trim() || error)).slice(0, MOST_TEXT);
}

function longestOf(parts: readonly string[]): string {
  return parts.toSorted((a, b) => b.length - a.length)[0] ?? '';
}

/** The same for a search; a quote would end what stands between quotes. */
function searchOf(group: ErrorGroup): string {
  const said = [group.error, markOf(group)].map((text) => longestOf(text.split('"')));
  const errors = group.cause === 'other' ? [] : said.filter(Boolean).map((text) => `error:"${text}"`);
  const { job, queue } = group;
  return [`state:failed name:${job}`, queue === undefined ? '' : `queue:${queue} `, ...errors].join(' ');
}

interface RowProps {
  readonly group: ErrorGroup;
  /** Older failures were not looked at: there may be more of its kind. */
  readonly isPart: boolean;
  readonly ask: (group: ErrorGroup) => void;
}

function Row({ group, isPart, ask }: RowProps) {
  return (
    <tr>
      <td class="n">
        <a href={to(['search'], { q: searchOf(group) })}>
          <strong>
            {count(group.count)}
            {isPart && '+'}
          </strong>
        </a>
        <Spark parts={group.spread} />
      </td>
      <td class="detail">
        <span class="bad-text">
          <ErrorText name={group.error} message={group.message} />
        </span>
        {group.frame !== undefined && <code class="muted id">{group.frame}</code>}
      </td>
      <td class="name">{group.job}</td>
      <td>
        <Time at={group.firstAt} />
      </td>
      <td>
        <Time at={group.lastAt} />
      </td>
      <td>
        <a href={to(['jobs', group.sample])}>
          <code>{group.sample.slice(-8)}</code>
        </a>
      </td>
      <td class="buttons">
        {may('steer', 'bulk.create') && group.cause !== 'other' && (
          <button type="button" onClick={() => ask(group)}>
            {t('forAll')}
          </button>
        )}
      </td>
    </tr>
  );
}

function Depths({ chosen }: { chosen: string }) {
  return (
    <nav class="choices" aria-label={t('newest')}>
      <span class="muted">{t('newest')}</span>
      {Object.keys(DEPTHS).map((last) => (
        <a key={last} href={to(['errors'], { last })} aria-current={last === chosen ? 'page' : undefined}>
          {count(Number(last))}
        </a>
      ))}
    </nav>
  );
}

/** What fails, in groups: the same error of the same job at the same place is one line. */
export function Errors() {
  const last = place.value.query.get('last') ?? '500';
  const everyMs = DEPTHS[last as unknown as keyof typeof DEPTHS];
  const { data, error, reload } = useData<Groups>(`errors?last=${last}`, { everyMs });
  const [asking, ask] = useState<ErrorGroup>();
  const close = (): void => {
    ask(undefined);
    reload();
  };
  return (
    <>
      <h1>{t('errors')}</h1>
      <Trouble error={error} />
      {data?.total === 0 && <Empty text="noErrors" />}
      {data !== undefined && data.total > 0 && (
        <>
          <p class="muted">{t('newestOf', { count: count(data.lookedAt), total: count(data.total) })}</p>
          {data.total > 500 && <Depths chosen={last} />}
          <Table
            heads={[
              numeric(t('count')),
              t('error'),
              t('name'),
              t('firstSeen'),
              t('lastSeen'),
              t('sample'),
              '',
            ]}
          >
            {data.groups.map((group) => (
              <Row key={group.key} group={group} isPart={data.lookedAt < data.total} ask={ask} />
            ))}
          </Table>
        </>
      )}
      {asking !== undefined && <BulkDialog filter={filterOf(asking)} onClose={close} />}
    </>
  );
}
