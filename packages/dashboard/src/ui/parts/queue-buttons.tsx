import { useState } from 'preact/hooks';
import { may, post } from '../api.ts';
import { t } from '../i18n.ts';
import type { Queue } from '../types.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import { attempt } from './toasts.tsx';

interface Props {
  readonly queue: Queue;
  readonly onChange: () => void;
}

/** What a person may do with a queue. */
export function QueueButtons({ queue, onChange }: Props) {
  const [asked, ask] = useState<'pause' | 'purge'>();
  const { name, paused } = queue;
  const verb = paused === undefined ? 'pause' : 'resume';
  const resume = async (): Promise<void> => {
    await attempt(`${t('resume')} ${name}`, () => post(`queues/${encodeURIComponent(name)}/resume`));
    onChange();
  };
  const close = (): void => {
    ask(undefined);
    onChange();
  };
  return (
    <>
      {may('steer', `queues.${verb}`) && (
        <button type="button" onClick={() => (verb === 'pause' ? ask(verb) : void resume())}>
          {t(verb)}
        </button>
      )}
      {may('remove', 'queues.purge') && (
        <button type="button" class="danger quiet" onClick={() => ask('purge')}>
          {t('purge')}…
        </button>
      )}
      {asked && <ReasonDialog {...queue} path="queues" verb={asked} onClose={close} />}
    </>
  );
}
