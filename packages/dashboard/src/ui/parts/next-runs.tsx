import { isUtc } from '../format.ts';
import { locale, t } from '../i18n.ts';
import type { ClockEffect } from '../recurring-types.ts';
import { Time } from './basics.tsx';

/** When something runs next, as the API tells it. */
export interface NextTimes {
  readonly next: readonly number[];
  /** What a change of the clock does to a run, by its instant. */
  readonly clock: Readonly<Record<string, ClockEffect>>;
}

/** The time of a local date, as people write it. */
function timeIn(local = ''): string {
  const at = Date.parse(`${local}Z`);
  return Number.isNaN(at)
    ? ''
    : new Intl.DateTimeFormat(locale.value, { timeStyle: 'short', timeZone: 'UTC' }).format(at);
}

/** The next runs by the clock of a zone, and which of them a change of that clock moves. */
export function NextRuns({ times: { next, clock }, zone }: { times: NextTimes; zone: string }) {
  if (next.length === 0) return <p class="muted">{t('noNextRuns')}</p>;
  const timeZone = isUtc.value ? 'UTC' : zone;
  const there = new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'long', timeZone });
  return (
    <ol class="plain">
      {next.map((at) => {
        const effect = clock[at];
        return (
          <li key={at}>
            {there.format(at)}{' '}
            <span class="muted">
              <Time at={at} />
            </span>
            {effect !== undefined && (
              <small class="warn-text">⚠ {t(`clock_${effect.kind}`, { time: timeIn(effect.meant) })}</small>
            )}
          </li>
        );
      })}
    </ol>
  );
}
