import type { ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import { ago, instant, isInstant, isUtc } from '../format.ts';
import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import type { State } from '../types.ts';

/** The second that is now, for what tells how long ago something was. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1000);

/** A state with its colour; the word says it too. */
export function StateBadge({
  state,
  isBlocked = false,
}: {
  state: State | 'running' | 'done';
  isBlocked?: boolean;
}) {
  return (
    <span class={`badge ${state}`}>
      {t(state)}
      {isBlocked && ` · ${t('blocked')}`}
    </span>
  );
}

/** An error as it says itself; some have no message. */
export function ErrorText({ name, message }: { name: string; message: string }) {
  return (
    <>
      <strong>{name}</strong>
      {message && `: ${message}`}
    </>
  );
}

/** An instant as time from now; in full on hover, and for who listens. */
export function Time({ at }: { at: number | undefined }) {
  if (!isInstant(at) || at === 0) return <span class="muted">–</span>;
  const full = instant(at);
  return (
    <time dateTime={new Date(at).toISOString()} title={full}>
      {isUtc.value ? full : ago(at, now.value)}
    </time>
  );
}

/** What a page shows when there is nothing to show, and what to do next. */
export function Empty({ text, hint }: { text: TextKey; hint?: TextKey }) {
  return (
    <div class="empty">
      <p>{t(text)}</p>
      {hint !== undefined && <p class="muted">{t(hint)}</p>}
    </div>
  );
}

/** A part of a page with its title. */
export function Card({
  title,
  note,
  children,
}: {
  title?: string;
  note?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="card">
      {title !== undefined && (
        <header>
          <h2>{title}</h2>
          {note !== undefined && <span class="muted">{note}</span>}
        </header>
      )}
      {children}
    </section>
  );
}

/** How far something is. */
export function Bar({
  parts,
  total,
}: {
  parts: readonly (readonly [kind: string, n: number])[];
  total: number;
}) {
  const done = parts.reduce((sum, [, n]) => sum + n, 0);
  return (
    <svg
      class="bar"
      viewBox="0 0 100 6"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${done} / ${total}`}
    >
      <rect class="rest" width="100" height="6" />
      {parts.map(([kind, n], i) => {
        const before = parts.slice(0, i).reduce((sum, [, m]) => sum + m, 0);
        return (
          <rect
            class={kind}
            key={kind}
            x={(100 * before) / (total || 1)}
            width={(100 * n) / (total || 1)}
            height="6"
          />
        );
      })}
    </svg>
  );
}
