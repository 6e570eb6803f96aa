import { overlay } from '../keys.ts';
import { KeysHelp } from './keys-help.tsx';
import { Palette } from './palette.tsx';

/** What stands before the page. */
export function Overlay() {
  const shown = overlay.value;
  const close = (): void => {
    // A command of the palette may have opened the other one.
    if (overlay.value === shown) overlay.value = undefined;
  };
  if (shown === 'palette') return <Palette onClose={close} />;
  return shown === 'keys' ? <KeysHelp onClose={close} /> : null;
}
