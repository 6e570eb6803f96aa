import { useState } from 'preact/hooks';
import { isOpen, may, post } from '../api.ts';
import { t } from '../i18n.ts';
import type { State } from '../types.ts';
import type { PlaceForm } from './place-dialog.tsx';
import { PlaceDialog } from './place-dialog.tsx';
import { SureButton } from './sure-button.tsx';
import { attempt } from './toasts.tsx';

export type Verb = 'requeue' | 'cancel' | 'delete' | 'run-now' | 'move' | 'reschedule';

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

/** How verbs are called. */
export const VERB_TEXT = {
  requeue: 'requeue',
  cancel: 'cancel',
  delete: 'remove',
  'run-now': 'runNow',
  move: 'move',
  reschedule: 'reschedule',
} as const;

/** Whether more must be said: where to, or when. */
export const needsPlace = (verb: Verb | undefined): verb is 'move' | 'reschedule' =>
  verb === 'move' || verb === 'reschedule';

interface VerbsProps {
  /** Those that the jobs have. */
  readonly states: readonly State[];
  /** How many are asked about, as a title says it. */
  readonly howMany?: string;
  readonly onSend: (verb: Verb, form?: PlaceForm) => void;
}

/** Buttons for what can be done with jobs. What cannot be taken back, or what a handler has begun, asks once more. */
export function Verbs({ states, howMany = '', onSend }: VerbsProps) {
  const [asking, ask] = useState<'move' | 'reschedule'>();
  return (
    <>
      {verbsFor(states).map((verb) =>
        verb === 'delete' || (verb === 'cancel' && states.includes('processing')) ? (
          <SureButton key={verb} text={t(VERB_TEXT[verb])} onSure={() => onSend(verb)} />
        ) : (
          <button
            type="button"
            key={verb}
            class={howMany === '' && /^r(eq|un)/.test(verb) ? 'primary' : undefined}
            onClick={() => (needsPlace(verb) ? ask(verb) : onSend(verb))}
          >
            {t(VERB_TEXT[verb])}
            {needsPlace(verb) && '…'}
          </button>
        ),
      )}
      {asking !== undefined && (
        <PlaceDialog
          verb={asking}
          title={t(asking) + howMany}
          onClose={() => ask(undefined)}
          onSend={(form) => onSend(asking, form)}
        />
      )}
    </>
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
  const howMany = ` (${chosen.size})`;
  const act = async (verb: Verb, form: PlaceForm = {}): Promise<void> => {
    await attempt(t(VERB_TEXT[verb]) + howMany, () =>
      Promise.all([...chosen].map((id) => post(`jobs/${encodeURIComponent(id)}/${verb}`, form))),
    );
    onDone();
  };
  return (
    <div class="actions" role="toolbar">
      <span>{t('selected', { count: chosen.size })}</span>
      <Verbs states={states} howMany={howMany} onSend={(verb, form) => void act(verb, form)} />
    </div>
  );
}
