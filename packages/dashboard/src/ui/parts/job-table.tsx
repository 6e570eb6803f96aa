import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { to } from '../router.ts';
import type { Job } from '../types.ts';
import { COLUMNS, columns } from './job-columns.tsx';
import type { ColumnName } from './job-columns.tsx';
import { numeric, Table } from './table.tsx';

interface RowProps {
  readonly job: Job;
  readonly shown: readonly ColumnName[];
  readonly isChosen: boolean;
  readonly onChoose: (() => void) | undefined;
}

function Row({ job, shown, isChosen, onChoose }: RowProps) {
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
        <td colSpan={Math.max(1, shown.length)} class="bad-text">
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
      {shown.map((name) => {
        const { kind, cell } = COLUMNS[name];
        return (
          <td key={name} class={kind}>
            {cell(job)}
          </td>
        );
      })}
    </tr>
  );
}

interface TableProps {
  readonly jobs: readonly Job[];
  readonly chosen?: ReadonlySet<string>;
  /** Undefined: nothing can be chosen. */
  readonly onToggle?: ((ids: readonly string[]) => void) | undefined;
}

const NONE: ReadonlySet<string> = new Set();

function headOf(name: ColumnName): string | { readonly numeric: string } {
  const { head, kind } = COLUMNS[name];
  // Where a job has failed, its error stands in the place of its input.
  if (name === 'input') return `${t('input')} · ${t('error')}`;
  return kind === 'n' ? numeric(t(head)) : t(head);
}

/** Selects all rows, or none. */
function All({ jobs, chosen = NONE, onToggle }: TableProps) {
  const ids = jobs.filter(({ damaged }) => !damaged).map(({ id }) => id);
  const areAll = ids.length > 0 && ids.every((id) => chosen.has(id));
  return (
    <input
      type="checkbox"
      checked={areAll}
      onChange={() => onToggle?.(ids)}
      aria-label={t('selected', { count: count(ids.length) })}
    />
  );
}

/** Jobs, one a line, with the columns that a person has chosen. */
export function JobTable({ jobs, chosen = NONE, onToggle }: TableProps) {
  const shown = columns.value;
  const heads = [t('name'), ...shown.map(headOf)];
  return (
    <Table
      heads={onToggle === undefined ? heads : [{ box: <All {...{ jobs, chosen, onToggle }} /> }, ...heads]}
    >
      {jobs.map((job) => (
        <Row
          key={job.id}
          job={job}
          shown={shown}
          isChosen={chosen.has(job.id)}
          onChoose={onToggle && (() => onToggle([job.id]))}
        />
      ))}
    </Table>
  );
}
