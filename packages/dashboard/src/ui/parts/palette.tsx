import { useEffect, useState } from 'preact/hooks';
import { may, session, signOut } from '../api.ts';
import { isUtc, toggleUtc } from '../format.ts';
import { choose, LANGUAGE_NAMES, t } from '../i18n.ts';
import { overlay } from '../keys.ts';
import { pulse } from '../live.ts';
import { menu } from '../menu.ts';
import { go } from '../router.ts';
import { searchFor } from '../search-for.ts';
import { toggleTheme } from '../theme.ts';
import { useDialog } from './use-dialog.ts';

interface Command {
  readonly kind: string;
  readonly text: string;
  readonly run: () => void;
}

const MOST = 12;

function pages(): Command[] {
  const all = menu().map(([path, text]) => ({
    kind: t('pageOfMenu'),
    text: t(text),
    run: () => go(path === '' ? [] : [path]),
  }));
  return may('steer', 'new')
    ? [...all, { kind: t('pageOfMenu'), text: t('newJob'), run: () => go(['new']) }]
    : all;
}

function settings(): Command[] {
  const kind = t('settings');
  return [
    { kind, text: t('theme'), run: toggleTheme },
    { kind, text: isUtc.value ? t('localTime') : t('utc'), run: toggleUtc },
    ...Object.entries(LANGUAGE_NAMES).map(([tag, text]) => ({ kind, text, run: () => void choose(tag) })),
    { kind, text: t('keys'), run: () => (overlay.value = 'keys') },
    ...(session.value?.canSignOut ? [{ kind, text: t('signOut'), run: () => void signOut() }] : []),
  ];
}

/** Queues to look into, and jobs that workers know, to make one. */
function things(): Command[] {
  const now = pulse.value;
  const names = new Set(now?.workers.flatMap(({ info }) => info?.jobs ?? []));
  return [
    ...(now?.queues ?? []).map(({ name }) => ({
      kind: t('queue'),
      text: name,
      run: () => go(['jobs'], { state: 'enqueued', queue: name }),
    })),
    ...(may('steer', 'new') ? [...names] : []).map((name) => ({
      kind: t('newJob'),
      text: name,
      run: () => go(['new'], { name }),
    })),
  ];
}

/** All words must be in it. */
function matching(text: string): Command[] {
  const words = text.toLocaleLowerCase().split(/\s+/);
  const commands = [...pages(), ...things(), ...settings()].filter((command) => {
    const own = `${command.kind} ${command.text}`.toLocaleLowerCase();
    return words.every((word) => own.includes(word));
  });
  const search = { kind: t('search'), text, run: () => searchFor(text) };
  return [...commands.slice(0, MOST), ...(text.trim() === '' ? [] : [search])];
}

interface Choice {
  readonly commands: readonly Command[];
  /** Which one is chosen; -1: there is none. */
  readonly chosen: number;
  readonly run: (command: Command | undefined) => void;
}

interface FieldProps extends Choice {
  readonly text: string;
  readonly onWrite: (text: string) => void;
  readonly onMove: (to: number) => void;
}

function Field({ commands, chosen, run, text, onWrite, onMove }: FieldProps) {
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') run(commands[chosen]);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    onMove((chosen + by + commands.length) % commands.length);
  };
  return (
    <input
      role="combobox"
      aria-expanded="true"
      aria-controls="commands"
      aria-activedescendant={chosen < 0 ? undefined : `command-${chosen}`}
      aria-label={t('palette')}
      placeholder={t('paletteHint')}
      autocomplete="off"
      value={text}
      onKeyDown={onKey}
      onInput={(event) => onWrite(event.currentTarget.value)}
    />
  );
}

function Commands({ commands, chosen, run }: Choice) {
  return (
    <ul id="commands" role="listbox" aria-label={t('palette')}>
      {commands.map((command, i) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above takes the keys
        <li
          key={command.kind + command.text}
          id={`command-${i}`}
          role="option"
          aria-selected={i === chosen}
          onClick={() => run(command)}
        >
          <span>{command.text}</span> <small class="muted">{command.kind}</small>
        </li>
      ))}
    </ul>
  );
}

/** Everything that can be gone to or done, by a part of its name. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const box = useDialog();
  const [text, write] = useState('');
  const [at, move] = useState(0);
  const commands = matching(text);
  const chosen = Math.min(at, commands.length - 1);
  useEffect(() => box.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }));
  const run = (command: Command | undefined): void => {
    box.current?.close();
    command?.run();
  };
  const onWrite = (next: string): void => {
    write(next);
    move(0);
  };
  const choice = { commands, chosen, run };
  return (
    <dialog ref={box} class="palette" onClose={onClose} aria-label={t('palette')}>
      <Field {...choice} text={text} onWrite={onWrite} onMove={move} />
      <Commands {...choice} />
    </dialog>
  );
}
