import type { MoreTexts, WhyTexts } from './kinds.ts';

/** Persian, of all but the first pages. */
export const MORE_FA: MoreTexts & WhyTexts = {
  staysCancelled: 'آنچه به‌خاطر این‌ها لغو شده لغوشده می‌ماند: آنچه لازم است دوباره به صف برود.',
  unknownName: 'هیچ کارگری نگفته که این نام را انجام می‌دهد: کار تا آمدن یکی منتظر می‌ماند.',
  audit_bulk: 'همهٔ یافته‌ها: {verb}',
  audit_alert: 'هشدار {verb}',
  audit_resume: 'ادامه یافت',
  audit_purge: 'پاک‌سازی شد',
  audit_configure: 'حد گذاشته شد',
  audit_reset: 'آهنگش بازنشانی شد',
  audit_free: 'جایش آزاد شد',
  audit_unlock: 'کلیدش آزاد شد',
  audit_trigger: 'راه انداخته شد',
  audit_disable: 'خاموش شد: تعریفش به کار نمی‌آید',
  audit_stop: 'پایان داده شد',
  audit_concurrency: 'شمار جایگاه‌ها تغییر کرد',
  why_SCHEDULED:
    '[dueAt موعدش {dueAt} است][!dueAt موعدش معلوم نیست]؛ زیرا {because}[detail : {detail}].[isOverdue  کارگری در نگاه بعدی‌اش آن را به صف می‌برد.]',
  for_DELAY: 'با تأخیر افزوده شده است',
  for_DEBOUNCE: 'منتظر است که شاید کار دیگری با همین کلید بیاید',
  for_RETRY: 'آخرین تلاشش شکست خورد',
  for_RESCHEDULED: 'کسی زمان دیگری به آن داد',
  for_SNOOZED: 'پردازنده‌اش آن را عقب انداخت',
  for_NO_HANDLER: 'کارگری که آن را برداشت برای این نام پردازنده‌ای نداشت',
  for_NEWER_VERSION: 'کارگری که آن را برداشت فقط نسخه‌های قدیمی‌ترش را می‌شناسد',
  for_PAYLOAD_NOT_DECRYPTED: 'کارگری که آن را برداشت کلید داده‌هایش را ندارد',
  for_PAYLOAD_CODEC_UNKNOWN: 'کارگری که آن را برداشت نمی‌داند داده‌هایش چگونه نگه‌داری شده‌اند',
  why_AWAITING_PARENTS:
    '[isDraft دسته‌ای که این کار از آن است هنوز کامل نشده است. ][parents منتظر این‌هاست: {parents}.]',
  why_parent:
    '{id}[on  که باید {on} باشد][!on  که باید پایان یابد] (اکنون: {state}[pending ، {pending} کار از {total} کار آن مانده است][hope : دوباره به صفش ببرید])',
  why_or: ' یا ',
  why_DEADLINE_PASSED:
    'مهلت آغازش [deadlineAt گذشته است: {deadlineAt}][!deadlineAt هنگام اجرا گذشت]. دیگر آغاز نمی‌شود و کارگری به‌زودی آن را لغو می‌کند.',
  why_EVERYTHING_PAUSED: 'همه‌چیز متوقف است: {pause}.',
  why_QUEUE_PAUSED: 'صف {queue} متوقف است: {pause}.',
  why_NAME_PAUSED: 'کارهای با نام {name} متوقف‌اند: {pause}.',
  why_pause: '[by {by}][!by معلوم نیست چه کسی][at ، {at}][why  ({why})]',
  why_QUEUE_RESTS: 'صف {queue} به خواست یک پردازنده تا {until} آرام گرفته است.',
  why_NO_WORKER: 'هیچ کارگر زنده‌ای صف {queue} را برنمی‌دارد؛ روی هم {workers} کارگر زنده است{hedge}.',
  why_NO_HANDLER:
    '{workers} کارگر زنده صف {queue} را برمی‌دارند و هیچ‌کدام برای {name} پردازنده‌ای ندارد[elsewhere ؛ {elsewhere} کارگر صف‌های دیگر دارند]{hedge}.',
  why_hedge: '[undescribed ؛ {undescribed} کارگر زنده نگفته‌اند چه برمی‌دارند]',
  why_QUEUE_LIMIT: 'صف {queue}: {full}.',
  why_LIMIT: 'کلید {key}: {full}{place}.',
  why_full:
    '[limit از {limit} کاری که هم‌زمان می‌توانند اجرا شوند {running} کار در اجراست: {holders}][!limit هر تعداد کار که مجاز است در بخش‌های دیگر (shard) در اجراست]',
  why_holder:
    '{job} ([!worker نوبتش رسیده و منتظر جایگاه است][worker روی کارگر {worker}][isStopping ، کسی پایانش داده ولی پردازنده‌اش تمام نشده][!isWorkerAlive ، که مهلتش به سر آمده])',
  why_QUEUE_RATE: 'سهم آهنگ صف {queue} تمام شده است؛ کار بعدی {startsAt} آغاز می‌شود.',
  why_RATE: 'سهم آهنگ کلید {key} تمام شده است؛ کار بعدی {startsAt} آغاز می‌شود{place}.',
  why_place: '[position ؛ میان منتظران شمارهٔ {position} است]',
  why_BLOCKED:
    'وقتی کارگری نگاه کرد [name کارهای این نام متوقف بودند][limit حد کلید {key} جا نداشت][rate آهنگ کلید {key} جا نداشت]. این گذشته است: با نگاه بعدی یک کارگر، دست‌کم هر ۵ ثانیه، در نوبتش به صف برمی‌گردد{place}.',
  why_SUSPECT:
    'کارگرها {crashes} بار با آن از کار افتاده‌اند؛ [runsAlone یک بار دیگر و تنها آزموده می‌شود: منتظر کارگری است که کار دیگری در دست ندارد][reservedBy ؛ کارگر {reservedBy} برای چنین کاری خالی می‌شود][!runsAlone هر کارگر هم‌زمان فقط یکی از چنین کارهایی را برمی‌دارد]{place}.',
  why_WAITS_FOR_SLOT:
    'منتظر جایگاه خالی است: [group در گروه {group} ][position شمارهٔ {position} از {waiting}][!position نه میان ۱۰٬۰۰۰ تای نخست یا پایانی از {waiting} کار][urgent ، پشت سر {urgent} کار با اولویت بیشتر]؛ [busy {busy} از {slots} جایگاه مشغول است][!busy هنوز معلوم نیست چند تا از {slots} جایگاه مشغول‌اند]، روی {workers} کارگر زندهٔ صف {queue}.',
  why_UNKNOWN: '{because}.',
  for_NOTHING:
    'آنچه در Redis هست دلیلش را نمی‌گوید؛ اگر چنین بماند خطایی در برنامه است: آن را با خروجی «job show» گزارش کنید',
  for_UNREADABLE: 'در کلیدی که از آنِ این کار است چیز دیگری هست: {detail}',
  for_LOST:
    'کنار گذاشته شده، ولی در فهرست هیچ مانعی نیست: آن را لغو کنید و دوباره به صف ببرید، و این را گزارش کنید',
  for_TOO_DEEP:
    'کنار گذاشته شده و معلوم نیست برای چه: میان ۱۰٬۰۰۰ کار نخست یا پایانی که منتظر یکی از کلیدهایش هستند نیست',
  for_UNLISTED:
    'در صف است، ولی در هیچ فهرستی از صف {queue} نیست: آن را لغو کنید و دوباره به صف ببرید، و این را گزارش کنید',
};
