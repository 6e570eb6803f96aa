import type { TextKey } from '../i18n.ts';
import { locale, t, textOf } from '../i18n.ts';

/** What is done is called so elsewhere too. */
const WORDS: Readonly<Record<string, TextKey>> = {
  cancel: 'cancelled',
  requeue: 'requeued',
  reschedule: 'rescheduled',
  promote: 'promoted',
  move: 'moved',
  update: 'updated',
  pause: 'paused',
  delete: 'event_remove',
  skip: 'tick_skip',
  quiet: 'isQuiet',
};

/** What was done, in words; a verb that is newer than this page as it is. */
export function verbText(action: string): string {
  const [, bulk, verb = action, alert, end] = /^(bulk )?(\S+?)( alert)?(?:: (\w+))?$/.exec(action) ?? [];
  const keys = [WORDS[verb], `audit_${verb}`, `event_${verb}`].filter((key) => key !== undefined);
  const known = keys.find((key) => textOf(key) !== undefined);
  const word = known === undefined ? verb : t(known as TextKey).toLocaleLowerCase(locale.value);
  if (bulk === undefined && alert === undefined) return word;
  const text = t(alert === undefined ? 'audit_bulk' : 'audit_alert', { verb: word });
  return end === undefined ? text : `${text} · ${t(end as TextKey)}`;
}
