// The handlers: what `linstock worker examples/demo/jobs.mjs` would run.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { defineHandler } from '@linstock/worker';
import { failForGood, failTwice, hashFile, runLater } from './contracts.mjs';

// A link that took a file's place is refused; a pipe that did must not hold the job up.
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export const handlers = [
  defineHandler(hashFile, async (input, { signal }) => {
    const file = await open(absolutePath(input), FLAGS);
    try {
      if (!(await file.stat()).isFile()) throw new Error(`${input.path} is no regular file any more`);
      return await digest(file.createReadStream({ signal, autoClose: false }));
    } finally {
      await file.close();
    }
  }),

  defineHandler(runLater, ({ enqueuedAt }) => ({ waitedMs: Date.now() - enqueuedAt })),

  defineHandler(failTwice, (_input, { attempt }) => {
    if (attempt < 3) throw new Error(`bad luck at attempt ${attempt}`);
    return { attempt };
  }),

  defineHandler(failForGood, () => {
    throw new Error('this job never succeeds');
  }),
];

function absolutePath({ dir, path, raw }) {
  return Buffer.concat([
    Buffer.from(`${dir}/`),
    raw === undefined ? Buffer.from(path) : Buffer.from(raw, 'base64'),
  ]);
}

async function digest(stream) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of stream) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
