import { ago, nameOf } from '../format.ts';
import { t } from '../i18n.ts';
import type { Queue } from '../types.ts';
import { now } from './basics.tsx';

interface Props {
  /** Undefined: it goes on. */
  readonly paused: Queue['paused'];
  /** A badge in a row, or a box on its own page. */
  readonly look: 'badge cancelled' | 'trouble';
}

/** Who has paused something, when and why. */
export function Paused({ paused, look }: Props) {
  if (paused === undefined) return null;
  const { by, at, why } = paused;
  return (
    <span class={look} title={by}>
      {t('pausedBy', { by: nameOf(by), when: ago(at, now.value) })}
      {why && ` · ${why}`}
    </span>
  );
}
