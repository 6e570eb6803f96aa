import { count } from '../format.ts';
import { t } from '../i18n.ts';
import { place, refine } from '../router.ts';
import type { HistoryEntry, Job } from '../types.ts';
import { Card } from './basics.tsx';
import type { DiffRow } from './line-diff.ts';
import { diffLines } from './line-diff.ts';

/** An attempt that failed. */
interface Failed {
  readonly attempt: number;
  readonly lines: readonly string[];
}

function failedOf(history: readonly HistoryEntry[]): readonly Failed[] {
  return history.flatMap(({ attempt, detail }) => {
    const { name, message, stack } = (detail ?? {}) as { name?: string; message?: string; stack?: string };
    if (attempt === undefined || message === undefined) return [];
    const said = `${name ?? 'Error'}: ${message}`;
    // A stack begins with what was said.
    const text = stack?.startsWith(said) === true ? stack : [said, stack].filter(Boolean).join('\n');
    return [{ attempt, lines: text.split('\n') }];
  });
}

interface ChoiceProps {
  readonly name: 'left' | 'right';
  readonly failed: readonly Failed[];
  readonly chosen: number;
}

function Choice({ name, failed, chosen }: ChoiceProps) {
  return (
    <select
      aria-label={t(name === 'left' ? 'compareFrom' : 'compareTo')}
      value={chosen}
      onChange={(event) => refine({ [name]: event.currentTarget.value })}
    >
      {failed.map(({ attempt }, i) => (
        <option key={i} value={i}>
          {t('attempt')} {count(attempt)}
        </option>
      ))}
    </select>
  );
}

function Row({ row: { left, right } }: { row: DiffRow }) {
  if (left === right) return <span class="both">{left}</span>;
  return (
    <>
      {left === undefined ? <span class="none" /> : <del>{left}</del>}
      {right === undefined ? <span class="none" /> : <ins>{right}</ins>}
    </>
  );
}

function chosenOf(
  name: string,
  { failed, otherwise }: { failed: readonly Failed[]; otherwise: number },
): number {
  const index = Number(place.value.query.get(name) ?? otherwise);
  return failed[index] === undefined ? otherwise : index;
}

/** The errors of two attempts side by side: what they say, and where they came from. */
export function AttemptDiff({ job }: { job: Job }) {
  const failed = failedOf(job.history);
  if (failed.length < 2) return null;
  const left = chosenOf('left', { failed, otherwise: failed.length - 2 });
  const right = chosenOf('right', { failed, otherwise: failed.length - 1 });
  const rows = diffLines(failed[left]?.lines ?? [], failed[right]?.lines ?? []);
  const isSame = rows.every((row) => row.left === row.right);
  const lines = (
    <div class="diff">
      {rows.map((row, i) => (
        <Row key={i} row={row} />
      ))}
    </div>
  );
  return (
    <Card title={t('compare')}>
      <div class="toolbar">
        <Choice name="left" failed={failed} chosen={left} />
        <Choice name="right" failed={failed} chosen={right} />
        <span class="muted">{isSame && t('sameError')}</span>
      </div>
      {isSame ? (
        <details>
          <summary>{t('stack')}</summary>
          {lines}
        </details>
      ) : (
        lines
      )}
    </Card>
  );
}
