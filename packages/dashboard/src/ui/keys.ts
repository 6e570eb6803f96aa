import { signal } from '@preact/signals';
import { menu } from './menu.ts';
import { go } from './router.ts';
import { toggleTheme } from './theme.ts';

/** What stands before the page: the palette of commands, the list of keys, or nothing. */
export const overlay = signal<'palette' | 'keys' | undefined>(undefined);

/** Goes to the row of the page's table that is so many rows further. */
function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main tbody tr')];
  const current = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[current === -1 ? 0 : Math.min(Math.max(current + by, 0), rows.length - 1)];
  next?.querySelector<HTMLElement>('a, button')?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

/** Selects the row that one is in, or no longer. */
function select(): void {
  document.activeElement?.closest('tbody tr')?.querySelector<HTMLElement>('input[type=checkbox]')?.click();
}

function focusSearch(): void {
  document.querySelector<HTMLElement>('[role=search] input')?.focus();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  x: select,
  t: toggleTheme,
  '/': focusSearch,
  '?': () => (overlay.value = 'keys'),
};

let isGoing = false;

function onKey(event: KeyboardEvent): void {
  const { key, target, ctrlKey, metaKey, altKey } = event;
  if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
    event.preventDefault();
    overlay.value = overlay.value === 'palette' ? undefined : 'palette';
    return;
  }
  if (ctrlKey || metaKey || altKey || overlay.value !== undefined || isWriting(target as Element)) return;
  const page = isGoing ? menu().find(([, , letter]) => letter === key) : undefined;
  isGoing = key === 'g';
  const act = page === undefined ? ACTIONS[key] : () => go(page[0] === '' ? [] : [page[0]]);
  if (act === undefined) return;
  event.preventDefault();
  act();
}

/** A box that is ticked is no place to write. */
function isWriting(element: Element): boolean {
  return (
    element.matches('input:not([type=checkbox]), textarea, select') || element.closest('dialog') !== null
  );
}

/** Follows the keyboard. */
export function startKeys(): void {
  addEventListener('keydown', onKey);
}
