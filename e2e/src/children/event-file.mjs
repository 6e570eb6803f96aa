// What a child saw goes to a file of its own, line by line, at once: a killed child has told all it knew, and Redis is not asked.
import { openSync, writeSync } from 'node:fs';

/** Opens the file of events: `kind ns field…` per line; ns is monotonic and the same clock in all processes of a machine. */
export function openEvents(file) {
  const fd = openSync(file, 'a');
  return (kind, ...fields) => {
    writeSync(fd, `${kind} ${process.hrtime.bigint()} ${fields.map(oneWord).join(' ')}\n`);
  };
}

function oneWord(field) {
  return String(field).replaceAll(/\s+/g, '_') || '-';
}

/** Ends with the parent, and tells of what nobody caught. */
export function guardChild(tell) {
  process.on('disconnect', endWithParent);
  process.on('unhandledRejection', (error) => tell('unhandled', error?.stack ?? error));
  process.on('uncaughtException', (error) => {
    tell('unhandled', error?.stack ?? error);
    process.exit(70);
  });
}

/** Lets the process end by itself: one that does not has left something running. */
export function letGo() {
  process.off('disconnect', endWithParent);
  process.disconnect?.();
}

function endWithParent() {
  process.exit(0);
}
