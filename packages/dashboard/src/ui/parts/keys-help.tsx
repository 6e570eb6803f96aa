import type { TextKey } from '../i18n.ts';
import { t } from '../i18n.ts';
import { menu } from '../menu.ts';
import { useDialog } from './use-dialog.ts';

const KEYS: readonly (readonly [keys: readonly string[], text: TextKey])[] = [
  [['Ctrl', 'K'], 'palette'],
  [['/'], 'search'],
  [['j'], 'nextRow'],
  [['k'], 'previousRow'],
  [['x'], 'selectRow'],
  [['t'], 'theme'],
  [['?'], 'keys'],
];

/** Which key does what. */
export function KeysHelp({ onClose }: { readonly onClose: () => void }) {
  const box = useDialog();
  const pages = menu().map(([, text, key]) => [['g', key], text] as const);
  return (
    <dialog ref={box} class="keys" onClose={onClose} aria-labelledby="keys-title">
      <h2 id="keys-title">{t('keys')}</h2>
      <dl class="keys-list">
        {[...KEYS, ...pages].map(([keys, text]) => (
          <div key={text}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(text)}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" onClick={() => box.current?.close()}>
          {t('back')}
        </button>
      </footer>
    </dialog>
  );
}
