/** What a cron expression says, in parts of which every language makes its own words. Times are minutes since midnight. */
export type CronWords =
  | { readonly kind: 'minutes'; readonly every: number }
  | { readonly kind: 'hourly'; readonly minute: number }
  | { readonly kind: 'daily'; readonly at: number }
  | { readonly kind: 'weekly'; readonly at: number; /** 0: Sunday. */ readonly days: readonly number[] }
  | { readonly kind: 'monthly'; readonly at: number; /** 0: the last one. */ readonly day: number }
  | { readonly kind: 'yearly'; readonly at: number; readonly day: number; readonly month: number };

const MACROS: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** Says the usual expressions; undefined: one that words would not make clearer. The expression is a valid one. Pure. */
export function cronWords(cron: string): CronWords | undefined {
  const text = cron.trim().toLowerCase();
  const fields = (MACROS[text] ?? text).toUpperCase().replaceAll('?', '*').split(/\s+/);
  if (fields.length === 6 && fields[0] === '0') fields.shift();
  const [minute = '', hour = '', date = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5) return undefined;
  if (hour === '*') return date + month + weekday === '***' ? withinHours(minute) : undefined;
  const at = timeOf(hour, minute);
  return at === undefined ? undefined : onDays({ at, date, month, weekday });
}

function withinHours(minute: string): CronWords | undefined {
  if (minute === '*') return { kind: 'minutes', every: 1 };
  const every = /^(?:\*|0)\/(\d+)$/.exec(minute)?.[1];
  // With another period the last distance of each hour is a shorter one.
  if (every !== undefined)
    return 60 % Number(every) === 0 ? { kind: 'minutes', every: Number(every) } : undefined;
  return isNumber(minute) ? { kind: 'hourly', minute: Number(minute) } : undefined;
}

interface Days {
  readonly at: number;
  readonly date: string;
  readonly month: string;
  readonly weekday: string;
}

function onDays({ at, date, month, weekday }: Days): CronWords | undefined {
  if (weekday !== '*') {
    const days = date + month === '**' ? weekdaysIn(weekday) : undefined;
    return days && { kind: 'weekly', at, days };
  }
  if (date === '*') return month === '*' ? { kind: 'daily', at } : undefined;
  if (date !== 'L' && !isNumber(date)) return undefined;
  const day = date === 'L' ? 0 : Number(date);
  if (month === '*') return { kind: 'monthly', at, day };
  const number = isNumber(month) ? Number(month) : MONTHS.indexOf(month) + 1;
  return day > 0 && number > 0 ? { kind: 'yearly', at, day, month: number } : undefined;
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

function timeOf(hour: string, minute: string): number | undefined {
  return isNumber(hour) && isNumber(minute) ? 60 * Number(hour) + Number(minute) : undefined;
}

/** `MON-FRI`, `1,3`: as numbers, each once. */
function weekdaysIn(text: string): readonly number[] | undefined {
  const days = text.split(',').flatMap((item) => {
    const ends = item.split('-').map((end) => (isNumber(end) ? Number(end) : WEEKDAYS.indexOf(end)));
    const [first = -1, last = first] = ends;
    if (first < 0 || ends.length > 2) return [-1];
    // A range may end with Sunday.
    const end = last === 0 && first > 0 ? 7 : last;
    return Array.from({ length: Math.max(0, end - first + 1) }, (_, i) => (first + i) % 7);
  });
  return days.includes(-1) || days.length === 0 ? undefined : [...new Set(days)];
}
