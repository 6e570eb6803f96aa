import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { counted } from '../format.ts';
import { t } from '../i18n.ts';
import { attempt } from './toasts.tsx';
import { useDialog } from './use-dialog.ts';

interface Props {
  readonly name: string;
  /** A queue, or a recurring job. */
  readonly path: 'queues' | 'recurring';
  /** Purging is final: whoever does it reads how many wait, and writes the queue's name. */
  readonly verb: 'purge' | 'pause';
  readonly enqueued?: number;
  readonly onClose: () => void;
}

/** Asks why something is changed. */
export function ReasonDialog({ name, path, verb, enqueued = 0, onClose }: Props) {
  const box = useDialog();
  const [confirm, write] = useState('');
  const [reason, explain] = useState('');
  const isPurge = verb === 'purge';
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt(`${t(verb)} ${name}`, () =>
      post(`${path}/${encodeURIComponent(name)}/${verb}`, { ...(isPurge && { confirm }), reason }),
    );
    box.current?.close();
  };
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="reason-title">
      <form onSubmit={(event) => void change(event)}>
        <h2 id="reason-title">
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
