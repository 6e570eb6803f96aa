import { ago, nameOf } from '../format.ts';
import { t } from '../i18n.ts';
import type { Queue } from '../types.ts';
import { now } from './basics.tsx';

interface Props {
  /** Undefined: it goes on. */
  readonly paused: Queue['paused'];
}

function text({ by, at, why }: NonNullable<Queue['paused']>): string {
  return [t('pausedBy', { by, when: ago(at, now.value) }), why].filter(Boolean).join(' · ');
}

/** Who has paused something, when and why, in a row. */
export function PausedBadge({ paused }: Props) {
  if (paused === undefined) return null;
  const { by, why } = paused;
  return (
    <span class="badge cancelled" title={`${by}: ${why}`}>
      {text({ ...paused, by: nameOf(by), why: why.slice(0, 60) })}
    </span>
  );
}

/** The same, on its own page. */
export function PausedNote({ paused }: Props) {
  return paused === undefined ? null : <p class="trouble">{text(paused)}</p>;
}
