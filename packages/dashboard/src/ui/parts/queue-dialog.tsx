import { useState } from 'preact/hooks';
import { post } from '../api.ts';
import { t } from '../i18n.ts';
import { attempt } from './toasts.tsx';
import { useDialog } from './use-dialog.ts';

interface Props {
  readonly name: string;
  /** Purging is final: whoever does it writes the queue's name. Whoever pauses may say why. */
  readonly verb: 'purge' | 'pause';
  readonly onClose: () => void;
}

/** Asks for one line before a queue is changed. */
export function QueueDialog({ name, verb, onClose }: Props) {
  const box = useDialog();
  const [written, write] = useState('');
  const isPurge = verb === 'purge';
  const change = async (event: Event): Promise<void> => {
    event.preventDefault();
    await attempt(`${t(verb)} ${name}`, () =>
      post(`queues/${encodeURIComponent(name)}/${verb}`, { [isPurge ? 'confirm' : 'reason']: written }),
    );
    box.current?.close();
  };
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="queue-title">
      <form onSubmit={(event) => void change(event)}>
        <h2 id="queue-title">
          {t(verb)}: {name}
        </h2>
        <label>
          {t(isPurge ? 'purgeAsk' : 'reason')}
          <input value={written} onInput={(event) => write(event.currentTarget.value)} autocomplete="off" />
        </label>
        <footer>
          <button type="button" onClick={() => box.current?.close()}>
            {t('back')}
          </button>
          <button class={isPurge ? 'danger' : 'primary'} disabled={isPurge && written !== name}>
            {t(verb)}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
