import { locale, t } from '../i18n.ts';
import type { CronWords } from '../recurring-types.ts';

const DAY_MS = 86_400_000;
/** A Sunday, in a year that has each day. */
const SUNDAY = Date.UTC(2024, 0, 7);

/** A cron expression in words of the language that is shown. */
export function inWords(words: CronWords): string {
  const { kind, every, minute, at = 0, days = [], day = 0, month = 1 } = words;
  const say = (options: Intl.DateTimeFormatOptions, ms: number): string =>
    new Intl.DateTimeFormat(locale.value, { ...options, timeZone: 'UTC', calendar: 'gregory' }).format(ms);
  const time = say({ timeStyle: 'short' }, at * 60_000);
  const list = new Intl.ListFormat(locale.value).format(
    days.map((weekday) => say({ weekday: 'long' }, SUNDAY + weekday * DAY_MS)),
  );
  const number = (n = 0): string => n.toLocaleString(locale.value);
  if (kind === 'monthly' && day === 0) return t('cron_last', { time });
  return t(every === 1 ? 'cron_minute' : `cron_${kind}`, {
    time,
    days: list,
    n: number(every ?? minute ?? day),
    date: say({ day: 'numeric', month: 'long' }, Date.UTC(2024, month - 1, day)),
  });
}
