import { count, instant } from '../format.ts';
import { t } from '../i18n.ts';
import type { Activity as ActivityData, LogLine } from '../types.ts';
import { Bar, Card } from './basics.tsx';
import { Json } from './json.tsx';

/** How far `{ done: 3, of: 10 }`, `0.3` or `30` (percent) is: a share of 1; undefined: it says something else. */
export function shareOf(progress: unknown): number | undefined {
  const share = partOf(progress);
  return share !== undefined && share >= 0 && share <= 1 ? share : undefined;
}

function partOf(progress: unknown): number | undefined {
  if (typeof progress === 'number') return progress > 1 ? progress / 100 : progress;
  if (typeof progress !== 'object' || progress === null) return undefined;
  const { done, of, total = of } = progress as { done?: unknown; of?: unknown; total?: unknown };
  return typeof done === 'number' && typeof total === 'number' && total > 0 ? done / total : undefined;
}

function Progress({ progress }: { progress: unknown }) {
  const share = shareOf(progress);
  return (
    <Card title={t('progress')} {...(share !== undefined && { note: `${count(Math.round(share * 100))} %` })}>
      {share !== undefined && <Bar parts={[['processing', Math.round(share * 100)]]} total={100} />}
      <Json value={progress} />
    </Card>
  );
}

/** A handler's own fields may stand in the place of a line's. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Line({ line }: { line: LogLine }) {
  const { at, level, message, ...fields } = line;
  return (
    <li class={textOf(level)}>
      <time class="muted">{instant(at)}</time> <strong>{textOf(level)}</strong> {textOf(message)}{' '}
      {Object.keys(fields).length > 0 && <code class="muted">{JSON.stringify(fields)}</code>}
    </li>
  );
}

/** What a job tells of itself by `ctx.progress` and `ctx.log`; nothing when it tells nothing. */
export function Activity({ activity: { progress, log } }: { activity: ActivityData }) {
  return (
    <>
      {progress !== undefined && <Progress progress={progress} />}
      {log.length > 0 && (
        <Card title={t('log')} note={count(log.length)}>
          {/* It can be scrolled by keys; it stays at its end, where the newest lines come. */}
          <div class="log" role="log" tabIndex={0} aria-label={t('log')}>
            <ol>
              {log.map((line, i) => (
                <Line key={i} line={line} />
              ))}
            </ol>
          </div>
        </Card>
      )}
    </>
  );
}
