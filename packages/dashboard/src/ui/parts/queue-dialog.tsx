import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { counted } from '../format.ts';
import { t } from '../i18n.ts';
import type { Queue } from '../types.ts';
import { attempt } from './toasts.tsx';
import { useDialog } from './use-dialog.ts';

interface Props {
  readonly queue: Queue;
  /** Purging is final: whoever does it writes the queue's name. Whoever pauses may say why. */
  readonly verb: 'purge' | 'pause';
  readonly onClose: () => void;
}

/** Asks for why before a queue is changed. */
export function QueueDialog({ queue: { name, enqueued }, verb, onClose }: Props) {
  const box = useDialog();
  const [confirm, write] = useState('');
  const [reason, explain] = useState('');
  const isPurge = verb === 'purge';
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt(`${t(verb)} ${name}`, () =>
      post(`queues/${encodeURIComponent(name)}/${verb}`, { ...(isPurge && { confirm }), reason }),
    );
    box.current?.close();
  };
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="queue-title">
      <form onSubmit={(event) => void change(event)}>
        <h2 id="queue-title">
          {t(verb)}: {name}
        </h2>
        {isPurge && (
          <label>
            {counted('purgeAsk', enqueued)}
            <input value={confirm} onInput={(event) => write(event.currentTarget.value)} autocomplete="off" />
          </label>
        )}
        <label>
          {t('reason')}
          <input value={reason} onInput={(event) => explain(event.currentTarget.value)} autocomplete="off" />
        </label>
        <footer>
          <button type="button" onClick={() => box.current?.close()}>
            {t('back')}
          </button>
          <button class={isPurge ? 'danger' : 'primary'} disabled={isPurge && confirm !== name}>
            {t(verb)}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
