import { readdir } from 'node:fs/promises';

const SLASH = Buffer.from('/');

/**
 * Yields every regular file below a folder: its path there, and its bytes in base64 where the path is no UTF-8.
 * Links are not followed. `leaveOut` names folders to pass over; `onUnreadable` gets folders that cannot be read.
 */
export async function* listFiles({ dir, leaveOut, onUnreadable }) {
  const folders = [Buffer.alloc(0)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readFolder(dir, folder, onUnreadable)) {
      const path = folder.length === 0 ? entry.name : Buffer.concat([folder, SLASH, entry.name]);
      if (entry.isFile()) yield describe(path);
      else if (entry.isDirectory() && !leaveOut.includes(entry.name.toString())) folders.push(path);
    }
  }
}

async function readFolder(dir, folder, onUnreadable) {
  try {
    const absolute = Buffer.concat([Buffer.from(dir), SLASH, folder]);
    return await readdir(absolute, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    onUnreadable(folder.toString(), error);
    return [];
  }
}

function describe(bytes) {
  const path = bytes.toString();
  return Buffer.from(path).equals(bytes) ? { path } : { path, raw: bytes.toString('base64') };
}
