import { signal } from '@preact/signals';

const STORED = 'linstock:theme';

function stored(): 'dark' | 'light' {
  const chosen = localStorage.getItem(STORED);
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** What is shown: dark or light. */
export const theme = signal(stored());

/** Shows the other one, and remembers it. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(STORED, theme.value);
  dressTheme();
}

/** Tells the page. */
export function dressTheme(): void {
  document.documentElement.dataset['theme'] = theme.value;
}
