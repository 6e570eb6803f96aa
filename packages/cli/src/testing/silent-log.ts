const silence = (): void => undefined;

/** A log of workers that says nothing. */
export const silentLog = {
  child: () => silentLog,
  debug: silence,
  info: silence,
  warn: silence,
  error: silence,
};
