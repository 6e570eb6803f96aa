import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { t } from '../i18n.ts';
import { attempt } from './toasts.tsx';
import { useDialog } from './use-dialog.ts';

/** Purging is final: whoever does it writes the queue's name. */
export function PurgeDialog({ name, onClose }: { name: string; onClose: () => void }) {
  const box = useDialog();
  const [written, write] = useState('');
  const purge = async (): Promise<void> => {
    await attempt(`${t('purge')} ${name}`, () =>
      post(`queues/${encodeURIComponent(name)}/purge`, { confirm: written }),
    );
    box.current?.close();
  };
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="purge-title">
      <h2 id="purge-title">
        {t('purge')}: {name}
      </h2>
      <label>
        {t('purgeAsk')}
        <input value={written} onInput={(event) => write(event.currentTarget.value)} autocomplete="off" />
      </label>
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
        <button type="button" class="danger" disabled={written !== name} onClick={() => void purge()}>
          {t('purge')}
        </button>
      </footer>
    </dialog>
  );
}
