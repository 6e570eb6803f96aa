import { useState } from 'preact/hooks';
import { t } from '../i18n.ts';

interface Props {
  readonly text: string;
  readonly onSure: () => void;
}

/** A button for what cannot be taken back: it asks once more. */
export function SureButton({ text, onSure }: Props) {
  const [isSure, ask] = useState(false);
  const press = (): void => {
    ask(!isSure);
    if (isSure) onSure();
  };
  return (
    <button type="button" class="danger quiet" onBlur={() => ask(false)} onClick={press}>
      {isSure ? t('confirm') : text}
    </button>
  );
}
