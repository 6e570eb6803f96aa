import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { Empty, Time } from '../parts/basics.tsx';
import { useData } from '../parts/use-data.ts';
import { to } from '../router.ts';
import type { ErrorGroup } from '../types.ts';
import { numeric, Table } from '../parts/table.tsx';
import { Trouble } from '../parts/trouble.tsx';

interface Groups {
  readonly groups: readonly ErrorGroup[];
  readonly total: number;
  readonly lookedAt: number;
}

/** What fails, in groups: the same error of the same job at the same place is one line. */
export function Errors() {
  const { data, error } = useData<Groups>('errors', { everyMs: 5000 });
  return (
    <>
      <h1>{t('errors')}</h1>
      <Trouble error={error} />
      {data?.total === 0 && <Empty text="noErrors" />}
      {data !== undefined && data.total > 0 && (
        <>
          <p class="muted">{t('newestOf', { count: count(data.lookedAt), total: count(data.total) })}</p>
          <Table
            heads={[numeric(t('count')), t('error'), t('name'), t('firstSeen'), t('lastSeen'), t('sample')]}
          >
            {data.groups.map((group) => (
              <tr key={group.key}>
                <td class="n">
                  <strong>{count(group.count)}</strong>
                </td>
                <td class="detail">
                  <span class="bad-text">
                    <strong>{group.error}</strong>: {group.message.slice(0, 200)}
                  </span>
                  {group.frame !== undefined && <code class="muted id">{group.frame}</code>}
                </td>
                <td>{group.job}</td>
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
              </tr>
            ))}
          </Table>
        </>
      )}
    </>
  );
}
