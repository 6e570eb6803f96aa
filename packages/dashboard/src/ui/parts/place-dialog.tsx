import { useState } from 'preact/hooks';
import { t } from '../i18n.ts';
import { PRIORITIES } from '../types.ts';
import { QueueField } from './queue-field.tsx';
import { useDialog } from './use-dialog.ts';

/** Where jobs go, or when they are due: what the API takes beside their ids. */
export interface PlaceForm {
  readonly queue?: string;
  readonly priority?: string;
  /** A delay; empty: as it is. */
  readonly in?: string;
}

interface FieldsProps {
  readonly verb: 'move' | 'reschedule';
  readonly form: PlaceForm;
  readonly onForm: (form: PlaceForm) => void;
}

/** What a move or another time needs to be told. */
export function PlaceFields({ verb, form, onForm }: FieldsProps) {
  if (verb === 'reschedule')
    return (
      <label>
        {t('dueIn')}
        <input
          value={form.in ?? ''}
          placeholder="10m"
          required
          onInput={({ currentTarget }) => onForm({ in: currentTarget.value })}
        />
      </label>
    );
  return (
    <>
      <QueueField
        name={form.queue ?? ''}
        control={{
          value: form.queue ?? '',
          placeholder: t('asItIs'),
          onInput: ({ currentTarget }: { readonly currentTarget: HTMLInputElement }) =>
            onForm({ ...form, queue: currentTarget.value }),
        }}
      />
      <label>
        {t('priority')}
        <select
          value={form.priority ?? ''}
          onChange={({ currentTarget }) => onForm({ ...form, priority: currentTarget.value })}
        >
          <option value="">{t('asItIs')}</option>
          {PRIORITIES.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

/** Whether enough is said. */
export function isPlaced(verb: FieldsProps['verb'], { queue, priority, in: delay }: PlaceForm): boolean {
  return verb === 'reschedule' ? Boolean(delay) : Boolean(queue) || Boolean(priority);
}

interface Props {
  readonly verb: 'move' | 'reschedule';
  /** Of how many jobs. */
  readonly title: string;
  readonly onClose: () => void;
  readonly onSend: (form: PlaceForm) => void;
}

/** Asks where jobs shall go, or when they shall be due. */
export function PlaceDialog({ verb, title, onClose, onSend }: Props) {
  const box = useDialog();
  const [form, set] = useState<PlaceForm>({});
  return (
    <dialog ref={box} onClose={onClose} aria-labelledby="place-title">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          box.current?.close();
          onSend(form);
        }}
      >
        <h2 id="place-title">{title}</h2>
        <PlaceFields verb={verb} form={form} onForm={set} />
        <footer>
          <button type="button" onClick={() => box.current?.close()}>
            {t('back')}
          </button>
          <button type="submit" class="primary" disabled={!isPlaced(verb, form)}>
            {t(verb)}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
