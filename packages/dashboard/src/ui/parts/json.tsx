import type { ComponentChildren } from 'preact';
import { t } from '../i18n.ts';
import { say } from './toasts.tsx';

const MOST_ENTRIES = 200;
const MOST_DEPTH = 40;

/** A value as a tree that opens and closes; texts are shown as texts, whatever stands in them. */
export function Json({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (value === null || typeof value !== 'object') return <Leaf value={value} />;
  const isList = Array.isArray(value);
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  if (entries.length === 0) return <code>{isList ? '[]' : '{}'}</code>;
  if (depth >= MOST_DEPTH) return <code>…</code>;
  return (
    <details class="json" open={depth < 2 && entries.length <= 50}>
      <summary>
        <code>{isList ? `[${entries.length}]` : `{${entries.length}}`}</code>
      </summary>
      <ul>
        {entries.slice(0, MOST_ENTRIES).map(([key, entry]) => (
          <li key={key}>
            <span class="key">{key}</span> <Json value={entry} depth={depth + 1} />
          </li>
        ))}
        {entries.length > MOST_ENTRIES && <li class="muted">… {entries.length - MOST_ENTRIES}</li>}
      </ul>
    </details>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (typeof value === 'string') return <code class="string">{JSON.stringify(value)}</code>;
  return <code class={typeof value}>{String(value)}</code>;
}

/** A button that copies a text. */
export function Copy({ text, children }: { text: string; children?: ComponentChildren }) {
  const copy = (): void => {
    void navigator.clipboard.writeText(text).then(() => say(t('copied')));
  };
  return (
    <button type="button" class="quiet" onClick={copy}>
      {children ?? t('copy')}
    </button>
  );
}
