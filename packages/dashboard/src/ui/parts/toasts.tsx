import { signal } from '@preact/signals';

interface Toast {
  readonly id: number;
  readonly kind: 'good' | 'bad';
  readonly text: string;
}

const toasts = signal<readonly Toast[]>([]);
const SHOWN_MS = 6000;
let last = 0;

/** Says something for some seconds. */
export function say(text: string, kind: Toast['kind'] = 'good'): void {
  const toast = { id: ++last, kind, text };
  toasts.value = [...toasts.value, toast].slice(-4);
  setTimeout(() => (toasts.value = toasts.value.filter(({ id }) => id !== toast.id)), SHOWN_MS);
}

/** Does something, and says what came of it; of what nobody pressed a button for, only failures. Resolves to whether it was done. */
export async function attempt(what: string, run: () => Promise<unknown>, isAsked = true): Promise<boolean> {
  try {
    await run();
    if (isAsked) say(`${what} ✓`);
    return true;
  } catch (error) {
    say(`${what}: ${error instanceof Error ? error.message : String(error)}`, 'bad');
    return false;
  }
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text }) => (
        <p class={kind} key={id}>
          {text}
        </p>
      ))}
    </div>
  );
}
