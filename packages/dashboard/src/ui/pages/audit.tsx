import { instant, isUtc, nameOf } from '../format.ts';
import { t, textOf } from '../i18n.ts';
import { verbText } from '../parts/audit-verb.ts';
import { Empty, Time } from '../parts/basics.tsx';
import { ExportLinks } from '../parts/export-link.tsx';
import { filterText, targetText } from '../parts/filter-text.ts';
import { Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';
import { useData } from '../parts/use-data.ts';
import { place, refine, to } from '../router.ts';
import type { AuditEntry } from '../types.ts';

const PAGE = 100;
const FILTERS = ['actor', 'action', 'target'] as const;
const JOB_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** Narrows the list to entries with this word at this place. */
function Filter({ name, value }: { name: (typeof FILTERS)[number]; value: string }) {
  const { query } = place.value;
  const isVerb = name === 'action';
  const text = isVerb ? verbText(value) : value;
  // Somebody's changes from anywhere.
  const wanted = name === 'actor' ? nameOf(value) : value;
  if (query.get(name) === wanted) return <span title={value}>{text}</span>;
  return (
    <button
      type="button"
      class="link"
      title={isVerb ? value : t('onlyThese')}
      onClick={() => refine({ [name]: wanted, before: undefined })}
    >
      {text}
    </button>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const { at, actor, action, target, reason, details } = entry;
  const more = Object.entries(details)
    .filter(([name, value]) => value !== target && name !== 'to')
    .map(([name, value]) =>
      name === 'filter' ? filterText(value) : `${textOf(name) ?? name}: ${JSON.stringify(value)}`,
    );
  const about = more.join(', ') + targetText(details['to']);
  return (
    <tr>
      <td>
        <Time at={at} />
        {!isUtc.value && <small class="muted"> {instant(at)}</small>}
      </td>
      <td class="name">
        <Filter name="actor" value={actor} />
      </td>
      <td>
        <Filter name="action" value={action} />
      </td>
      <td class="name">
        {JOB_ID.test(target) ? (
          <a href={to(action.startsWith('bulk') ? ['operations'] : ['jobs', target])}>
            <code>{target}</code>
          </a>
        ) : (
          <Filter name="target" value={target} />
        )}
      </td>
      <td class="detail">
        {reason}
        {about && (
          <small class="muted" title={JSON.stringify(details)}>
            {about}
          </small>
        )}
      </td>
    </tr>
  );
}

/** Who did what to what, when and why. */
export function Audit() {
  const { query } = place.value;
  const chosen = Object.fromEntries(
    FILTERS.flatMap((name) => (query.has(name) ? [[name, query.get(name) ?? '']] : [])),
  );
  const before = query.get('before');
  const asked = new URLSearchParams({ ...chosen, ...(before !== null && { before }), limit: String(PAGE) });
  const { data, error } = useData<{ entries: readonly AuditEntry[] }>(`audit?${asked}`, { everyMs: 5000 });
  const entries = data?.entries ?? [];
  const isFiltered = Object.keys(chosen).length > 0;
  const isOld = before !== null;
  return (
    <>
      <h1>{t('audit')}</h1>
      <Trouble error={error} />
      {isFiltered && (
        <p class="muted">
          {Object.entries(chosen)
            .map(([name, value]) => (name === 'action' ? verbText(value) : value))
            .join(' · ')}{' '}
          <a href={to(['audit'])}>{t('showAll')}</a>
        </p>
      )}
      {data !== undefined && entries.length === 0 && <Empty text="noAudit" hint="noAuditHint" />}
      {entries.length > 0 && (
        <Table heads={[t('when'), t('who'), t('verb'), t('target'), t('reason')]}>
          {entries.map((entry) => (
            <Row key={entry.cursor} entry={entry} />
          ))}
        </Table>
      )}
      <div class="actions">
        <ExportLinks path="audit/export" query={chosen} />
        {isOld && (
          <button type="button" onClick={() => refine({ before: undefined })}>
            {t('newest')}
          </button>
        )}
        {entries.length === PAGE && (
          <button type="button" onClick={() => refine({ before: entries.at(-1)?.cursor })}>
            {t('older')}
          </button>
        )}
      </div>
    </>
  );
}
