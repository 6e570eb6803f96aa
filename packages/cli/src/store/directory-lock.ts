import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StoreError } from './errors.ts';

const LOCK_FILE = 'owner.pid';
// In a container every run may have the same process number: our own number in a file that we did not
// write is a leftover.
const heldFiles = new Set<string>();

/** The right to write in a folder; `release` may be called twice. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Takes a folder for this process: two servers that append to one file destroy it.
 * A lock whose owner is dead is taken over.
 *
 * @throws StoreError `STORE_DIRECTORY_BUSY`
 */
export function lockDirectory(directory: string): DirectoryLock {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, LOCK_FILE);
  if (!tryWrite(file)) {
    const owner = readOwner(file);
    if (owner !== undefined && isAlive(owner, file)) throw busy(file, owner);
    rmSync(file, { force: true });
    if (!tryWrite(file)) throw busy(file, readOwner(file));
  }
  heldFiles.add(file);
  return {
    release: () => {
      if (heldFiles.delete(file)) rmSync(file, { force: true });
    },
  };
}

function tryWrite(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    // Removed in between: it has no owner.
    return undefined;
  }
}

function isAlive(pid: number, file: string): boolean {
  if (pid === process.pid) return heldFiles.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function busy(file: string, owner: number | undefined): StoreError {
  const who = owner === undefined ? 'Another process' : `Process ${owner}`;
  const advice = `Stop it, choose another folder, or share its Redis. If it is not Linstock, remove ${file}.`;
  return new StoreError('STORE_DIRECTORY_BUSY', `${who} keeps its store in ${path.dirname(file)}. ${advice}`);
}
