import { t } from '../i18n.ts';
import { to } from '../router.ts';
import type { Job } from '../types.ts';
import { StateBadge, Time } from './basics.tsx';
import { numeric, Table } from './table.tsx';

/** When a job did what its state says. */
function whenOf(job: Job): number | undefined {
  if (job.state === 'scheduled') return job.dueAt;
  if (job.state === 'enqueued' || job.state === 'awaiting') return job.createdAt;
  return job.history.at(-1)?.endedAt ?? job.createdAt;
}

interface RowProps {
  readonly job: Job;
  readonly isChosen: boolean;
  readonly onChoose: (() => void) | undefined;
}

function Row({ job, isChosen, onChoose }: RowProps) {
  const link = to(['jobs', job.id]);
  if (job.damaged) {
    return (
      <tr>
        {onChoose !== undefined && <td />}
        <td>
          <a href={link}>
            <code>{job.id}</code>
          </a>
        </td>
        <td colSpan={5} class="bad-text">
          {t('damaged')}
        </td>
      </tr>
    );
  }
  return (
    <tr class={isChosen ? 'chosen' : undefined}>
      {onChoose !== undefined && (
        <td>
          <input type="checkbox" checked={isChosen} onChange={onChoose} aria-label={job.id} />
        </td>
      )}
      <td class="name">
        <a href={link}>{job.displayName ?? job.name}</a>
        <code class="muted id">{job.id}</code>
      </td>
      <td>
        <StateBadge state={job.state} isBlocked={job.isBlocked} />
      </td>
      <td class="name">
        {job.queue}
        {job.priority !== 'normal' && <span class="badge">{job.priority}</span>}
      </td>
      <td class="n">{job.attempt}</td>
      <td>
        <Time at={whenOf(job)} />
      </td>
      <td class="detail">
        {job.error === undefined ? (
          <code>{JSON.stringify(job.input)?.slice(0, 120)}</code>
        ) : (
          <span class="bad-text">{job.error.message.slice(0, 160)}</span>
        )}
      </td>
    </tr>
  );
}

interface TableProps {
  readonly jobs: readonly Job[];
  readonly chosen?: ReadonlySet<string>;
  /** Undefined: nothing can be chosen. */
  readonly onToggle?: ((id: string) => void) | undefined;
}

const NONE: ReadonlySet<string> = new Set();

/** Jobs, one a line. */
export function JobTable({ jobs, chosen = NONE, onToggle }: TableProps) {
  const heads = [t('name'), t('state'), t('queue'), numeric(t('attempt')), t('when'), t('input')];
  return (
    <Table heads={onToggle === undefined ? heads : ['', ...heads]}>
      {jobs.map((job) => (
        <Row
          key={job.id}
          job={job}
          isChosen={chosen.has(job.id)}
          onChoose={onToggle && (() => onToggle(job.id))}
        />
      ))}
    </Table>
  );
}
