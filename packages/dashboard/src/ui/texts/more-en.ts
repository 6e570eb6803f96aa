/** English, of all but the first pages. Why jobs wait is told in English by the server. */
export const MORE_EN = {
  staysCancelled:
    'What was cancelled because of these failures stays cancelled: requeue what you still need.',
  unknownName: 'No worker has told that it handles this name: the job waits until one does.',
  audit_bulk: 'all that match: {verb}',
  audit_alert: 'alert {verb}',
  audit_resume: 'resumed',
  audit_purge: 'purged',
  audit_configure: 'limits set',
  audit_reset: 'rate reset',
  audit_free: 'place released',
  audit_unlock: 'key released',
  audit_trigger: 'triggered',
  audit_disable: 'switched off: its definition cannot be used',
  audit_stop: 'stopped',
  audit_concurrency: 'number of slots set',
} as const;
