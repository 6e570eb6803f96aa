import { isOpen } from '../api.ts';
import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { pulse } from '../live.ts';
import { slotsOf } from '../pages/workers.tsx';
import { to } from '../router.ts';
import type { Job, Queue } from '../types.ts';
import { PRIORITIES } from '../types.ts';
import { Bar, Card } from './basics.tsx';
import { JobTable } from './job-table.tsx';
import { useData } from './use-data.ts';

const COLOURS = { critical: 'bad', high: 'warn', normal: 'accent', low: 'rest' } as const;

/** How many wait in each priority, the most urgent first. */
export function Priorities({ queue: { name, enqueued, blocked, byPriority } }: { queue: Queue }) {
  const parts = PRIORITIES.map((priority) => [priority, byPriority[priority] ?? 0] as const);
  return (
    <Card title={t('priority')}>
      <Bar parts={parts} total={enqueued} />
      <p class="legend">
        {parts.map(([priority, n]) => (
          <a
            key={priority}
            class={COLOURS[priority]}
            href={to(['search'], { q: `state:enqueued queue:"${name}" priority:${priority}` })}
          >
            {t(priority)} {count(n)}
          </a>
        ))}
        {blocked > 0 && (
          <a {...(isOpen('limits') && { href: to(['limits']) })}>
            {t('blocked')} {count(blocked)}
          </a>
        )}
      </p>
    </Card>
  );
}

/** Who takes jobs of it. */
export function Takers({ name }: { name: string }) {
  if (!isOpen('workers')) return null;
  const takers = pulse.value?.workers.filter(({ info }) => info?.queues.includes(name)) ?? [];
  return (
    <Card title={t('workers')}>
      {takers.length === 0 && <p class="muted">{t('noWorkersHint')}</p>}
      <ul class="plain">
        {takers.map((worker) => (
          <li key={worker.id}>
            <a href={to(['workers'])}>
              {worker.info?.host} pid {worker.info?.pid} ·{' '}
              {t('slotsBusy', { busy: count(worker.load?.running ?? 0), all: count(slotsOf(worker)) })}
            </a>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** The jobs whose turn comes next. */
export function NextJobs({ name }: { name: string }) {
  const { data } = useData<{ jobs: readonly Job[] }>(
    `jobs?${new URLSearchParams({ state: 'enqueued', queue: name, limit: '5' }).toString()}`,
  );
  if (data === undefined || data.jobs.length === 0) return null;
  return (
    <Card title={t('runsFirst')}>
      <JobTable jobs={data.jobs} />
    </Card>
  );
}
