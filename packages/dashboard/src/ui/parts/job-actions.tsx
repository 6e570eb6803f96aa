import { useState } from 'preact/hooks';
import { isOpen, may, post } from '../api.ts';
import { t } from '../i18n.ts';
import type { State } from '../types.ts';
import type { PlaceForm } from './place-dialog.tsx';
import { PlaceDialog } from './place-dialog.tsx';
import { SureButton } from './sure-button.tsx';
import { attempt } from './toasts.tsx';

type Verb = 'requeue' | 'cancel' | 'delete' | 'run-now' | 'move' | 'reschedule';

function verbsOf(state: State): readonly Verb[] {
  const steer: readonly Verb[] = {
    enqueued: ['cancel', 'move', 'reschedule'],
    scheduled: ['run-now', 'cancel', 'move', 'reschedule'],
    awaiting: ['cancel'],
    processing: ['cancel'],
    succeeded: ['requeue'],
    failed: ['requeue'],
    cancelled: ['requeue'],
  }[state] as readonly Verb[];
  const verbs = may('remove') && state !== 'processing' ? [...steer, 'delete' as const] : steer;
  return verbs.filter((verb) => isOpen(`jobs.${verb}`));
}

/** What can be done with jobs of all of these states. */
function verbsFor(states: readonly State[]): readonly Verb[] {
  const [first = [], ...others] = [...new Set(states)].map(verbsOf);
  return first.filter((verb) => others.every((verbs) => verbs.includes(verb)));
}

const VERB_TEXT = {
  requeue: 'requeue',
  cancel: 'cancel',
  delete: 'remove',
  'run-now': 'runNow',
  move: 'move',
  reschedule: 'reschedule',
} as const;

interface CancelProps {
  readonly isRunning: boolean;
  readonly onCancel: () => void;
}

/** What a handler has begun cannot be taken back: it asks once more. */
export function CancelButton({ isRunning, onCancel }: CancelProps) {
  if (isRunning) return <SureButton text={t('cancel')} onSure={onCancel} />;
  return (
    <button type="button" onClick={onCancel}>
      {t('cancel')}
    </button>
  );
}

interface ActionsProps {
  readonly chosen: ReadonlySet<string>;
  /** Those that they have. */
  readonly states: readonly State[];
  readonly onDone: () => void;
}

/** What is done with jobs that are selected. */
export function Actions({ chosen, states, onDone }: ActionsProps) {
  const [asking, ask] = useState<'move' | 'reschedule'>();
  const act = async (verb: Verb, form: PlaceForm = {}): Promise<void> => {
    await attempt(`${t(VERB_TEXT[verb])} (${chosen.size})`, () =>
      Promise.all([...chosen].map((id) => post(`jobs/${encodeURIComponent(id)}/${verb}`, form))),
    );
    onDone();
  };
  return (
    <div class="actions" role="toolbar">
      <span>{t('selected', { count: chosen.size })}</span>
      {verbsFor(states).map((verb) =>
        verb === 'delete' || (verb === 'cancel' && states.includes('processing')) ? (
          <SureButton key={verb} text={t(VERB_TEXT[verb])} onSure={() => void act(verb)} />
        ) : (
          <button
            type="button"
            key={verb}
            onClick={() => (verb === 'move' || verb === 'reschedule' ? ask(verb) : void act(verb))}
          >
            {t(VERB_TEXT[verb])}
          </button>
        ),
      )}
      {asking !== undefined && (
        <PlaceDialog
          verb={asking}
          title={`${t(asking)} (${chosen.size})`}
          onClose={() => ask(undefined)}
          onSend={(form) => void act(asking, form)}
        />
      )}
    </div>
  );
}
