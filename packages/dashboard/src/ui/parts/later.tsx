import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { t } from '../i18n.ts';

/** A component whose script is loaded when it is first shown. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  const loaded = signal<ComponentType<Props> | 'failed' | undefined>(undefined);
  let asked: Promise<void> | undefined;
  return function Later(props: Props) {
    asked ??= load().then(
      (component) => void (loaded.value = component),
      () => void (loaded.value = 'failed'),
    );
    const Loaded = loaded.value;
    if (Loaded === undefined) return <p class="muted">{t('loading')}…</p>;
    if (Loaded === 'failed') return <Reload />;
    return <Loaded {...props} />;
  };
}

/** The dashboard was replaced by another version, or cannot be reached: a browser keeps a script that failed as failed. */
function Reload() {
  return (
    <p class="trouble" role="alert">
      {t('notLoaded')}{' '}
      <button type="button" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </p>
  );
}
