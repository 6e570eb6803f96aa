import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { probeServer } from './probe-server.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'linstock-store-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function portOf(url: string): number {
  return Number(new URL(url).port);
}

test('a given URL is used as it is and nothing is started', async () => {
  const lines: string[] = [];
  const url = 'redis://example.invalid:6379/3';
  const store = await openStore({ url, directory, onProgress: (line) => lines.push(line) });
  expect([store.url, store.kind, lines]).toEqual([url, 'given', []]);
  await store.stop();
});

test('an installed server is started with its data in the folder, which is free again after stop', async () => {
  for (let round = 0; round < 2; round++) {
    const store = await openStore({ directory });
    expect([store.kind, store.persistent]).toEqual([expect.stringMatching(/^(redis|valkey)-server$/), true]);
    expect((await probeServer(portOf(store.url))).state).toBe('ready');
    await expect(openStore({ directory })).rejects.toMatchObject({ code: 'STORE_DIRECTORY_BUSY' });
    await store.stop();
    await store.stop();
    expect((await probeServer(portOf(store.url))).state).toBe('silent');
  }
});

test('the embedded store says loudly that nothing is kept', async () => {
  const lines: string[] = [];
  const store = await openStore({ preferEmbedded: true, onProgress: (line) => lines.push(line) });
  expect([store.kind, store.persistent]).toEqual(['embedded', false]);
  expect(lines.join('\n')).toContain('NOTHING IS KEPT ON DISK');
  await store.stop();
});
