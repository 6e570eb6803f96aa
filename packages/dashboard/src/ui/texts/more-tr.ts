import type { MoreTexts, WhyTexts } from './kinds.ts';

/** Turkish, of all but the first pages. */
export const MORE_TR: MoreTexts & WhyTexts = {
  staysCancelled: 'Bunlar yüzünden iptal edilenler iptal kalır: gerekenleri ayrıca yeniden kuyruğa alın.',
  unknownName: 'Hiçbir çalışan bu adı işlediğini söylemedi: iş, işleyen biri gelene kadar bekler.',
  audit_bulk: 'eşleşenlerin hepsi: {verb}',
  audit_alert: 'uyarı {verb}',
  audit_resume: 'sürdürüldü',
  audit_purge: 'boşaltıldı',
  audit_configure: 'sınırlandı',
  audit_reset: 'hızı sıfırlandı',
  audit_free: 'yeri serbest bırakıldı',
  audit_unlock: 'anahtarı serbest bırakıldı',
  audit_trigger: 'tetiklendi',
  audit_disable: 'kapatıldı: tanımı kullanılamıyor',
  audit_stop: 'durduruldu',
  audit_concurrency: 'yuva sayısı değiştirildi',
  why_SCHEDULED:
    '[dueAt Zamanı {dueAt}][!dueAt Zamanı bilinmiyor]; nedeni: {because}[detail : {detail}].[isOverdue  Bir çalışan bir sonraki bakışında onu kuyruğuna alır.]',
  for_DELAY: 'gecikmeyle eklendi',
  for_DEBOUNCE: 'aynı anahtarla başkaları gelecek mi diye bekliyor',
  for_RETRY: 'son denemesi başarısız oldu',
  for_RESCHEDULED: 'biri ona başka bir zaman verdi',
  for_SNOOZED: 'işleyicisi onu erteledi',
  for_NO_HANDLER: 'onu alan çalışanda bu ad için işleyici yoktu',
  for_NEWER_VERSION: 'onu alan çalışan yalnızca daha eski sürümlerini biliyor',
  for_PAYLOAD_NOT_DECRYPTED: 'onu alan çalışanda verisinin anahtarı yok',
  for_PAYLOAD_CODEC_UNKNOWN: 'onu alan çalışan verisinin nasıl saklandığını bilmiyor',
  why_AWAITING_PARENTS:
    '[isDraft Parçası olduğu grup henüz tamamlanmadı. ][parents Şunları bekliyor: {parents}.]',
  why_parent:
    '{id}[on : {on} olmalı][!on : bitmeli] (şimdi: {state}[pending , {total} işten {pending} tanesi bitmedi][hope : yeniden kuyruğa alın])',
  why_or: ' ya da ',
  why_DEADLINE_PASSED:
    'Son başlama zamanı [deadlineAt geçti: {deadlineAt}][!deadlineAt o çalışırken geçti]. Artık başlamaz; bir çalışan onu birazdan iptal eder.',
  why_EVERYTHING_PAUSED: 'Her şey duraklatıldı: {pause}.',
  why_QUEUE_PAUSED: '{queue} kuyruğu duraklatıldı: {pause}.',
  why_NAME_PAUSED: '{name} adlı işler duraklatıldı: {pause}.',
  why_pause: '[by {by}][!by kimin yaptığı bilinmiyor][at , {at}][why  ({why})]',
  why_QUEUE_RESTS: '{queue} kuyruğu bir işleyici istediği için şu ana kadar dinleniyor: {until}.',
  why_NO_WORKER: '{queue} kuyruğunu alan canlı çalışan yok; toplam {workers} çalışan canlı{hedge}.',
  why_NO_HANDLER:
    '{queue} kuyruğunu {workers} canlı çalışan alıyor ve hiçbirinde {name} için işleyici yok[elsewhere ; başka kuyrukların {elsewhere} çalışanında var]{hedge}.',
  why_hedge: '[undescribed ; {undescribed} canlı çalışan ne aldığını söylemedi]',
  why_QUEUE_LIMIT: '{queue} kuyruğu: {full}.',
  why_LIMIT: '{key} anahtarı: {full}{place}.',
  why_full:
    '[limit aynı anda çalışabilecek {limit} işten {running} tanesi çalışıyor: {holders}][!limit çalışabilecek kadar işi başka parçalarda (shard) çalışıyor]',
  why_holder:
    '{job} ([!worker sırası geldi, boş yuva bekliyor][worker {worker} çalışanında][isStopping , biri durdurdu ama işleyicisi bitmedi][!isWorkerAlive , çalışanın süresi doldu])',
  why_QUEUE_RATE: '{queue} kuyruğunun hızı tükendi; sonraki işin başlaması: {startsAt}.',
  why_RATE: '{key} anahtarının hızı tükendi; sonraki işin başlaması: {startsAt}{place}.',
  why_place: '[position ; bekleyenler arasında {position}. sırada]',
  why_BLOCKED:
    'Bir çalışan baktığında [name adındaki işler duraklatılmıştı][limit {key} anahtarının sınırında yer yoktu][rate {key} anahtarının hızında yer yoktu]. Bu geçti: bir çalışan bakınca, en geç her 5 saniyede bir, sırasıyla kuyruğuna döner{place}.',
  why_SUSPECT:
    'Çalışanlar onunla {crashes} kez öldü; [runsAlone son bir kez, tek başına denenecek: elinde başka iş olmayan bir çalışanı bekliyor][reservedBy ; {reservedBy} çalışanı böyle bir iş için boşalıyor][!runsAlone bir çalışan böyle işlerden aynı anda yalnız bir tane alır]{place}.',
  why_WAITS_FOR_SLOT:
    'Boş yuva bekliyor: [group {group} grubunda ][position {waiting} işten {position}. sırada][!position {waiting} işin ilk ya da son 10.000 tanesi arasında değil][urgent , daha öncelikli {urgent} işin ardında]; {queue} kuyruğunun {workers} canlı çalışanında {slots} yuvadan [busy {busy} dolu][!busy kaçının dolu olduğu henüz bilinmiyor].',
  why_UNKNOWN: '{because}.',
  for_NOTHING:
    'Redis’te duranlar bunu açıklamıyor; böyle kalırsa bir hatadır: “job show” çıktısıyla bildirin',
  for_UNREADABLE: 'Ona ait bir anahtarda başka bir şey duruyor: {detail}',
  for_LOST:
    'Ayrı tutuluyor, ama onu engelleyen hiçbir şeyin listesinde yok: iptal edip yeniden kuyruğa alın ve hata olarak bildirin',
  for_TOO_DEEP:
    'Ayrı tutuluyor; neden olduğu bilinmiyor: anahtarlarından birini bekleyen ilk ya da son 10.000 iş arasında değil',
  for_UNLISTED:
    'Kuyruğa alınmış, ama {queue} kuyruğunun hiçbir listesinde yok: iptal edip yeniden kuyruğa alın ve hata olarak bildirin',
};
