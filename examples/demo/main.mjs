import { randomBytes } from 'node:crypto';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@linstock/core';
import { openConnection } from '../../packages/cli/dist/connect.js';
import { escapeText, toJsonLine } from '../../packages/cli/dist/escape.js';
import { codeOf, exitCodeOf } from '../../packages/cli/dist/exit-codes.js';
import { keepUrlPassword, redact } from '../../packages/cli/dist/redact.js';
import { removeNamespace } from '../../packages/cli/dist/remove-namespace.js';
import { DASHBOARD_HOST, DASHBOARD_PORT, serveDashboard } from '../../packages/cli/dist/serve-dashboard.js';
import { openStore } from '../../packages/cli/dist/store/open-store.js';
import { WorkerFleet } from '../../packages/cli/dist/worker-fleet.js';
import { runDemo } from './demo.mjs';

const JOBS = fileURLToPath(new URL('./jobs.mjs', import.meta.url));
const COMMAND = 'node packages/cli/dist/bin.js';
const CONCURRENCY = 8;
const INTERRUPTED = 130;

/** Runs the demo from a store to the end of its jobs; resolves to the exit code. */
export async function main(options) {
  const stopping = new AbortController();
  const parts = [];
  let signals = 0;
  const onSignal = () => (signals++ === 0 ? stopping.abort() : process.exit(INTERRUPTED));
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await run(options, parts, stopping.signal);
  } catch (error) {
    if (stopping.signal.aborted) return INTERRUPTED;
    say(`error ${codeOf(error)}: ${error.message}`);
    return exitCodeOf(error);
  } finally {
    for (const stop of parts.toReversed()) await stop();
  }
}

async function run({ redis, embedded, dir, leaveOut, once, verbose }, parts, signal) {
  const { store, namespace } = await openDemoStore({ redis, embedded }, parts);
  const fleet = new WorkerFleet(workerPlan(store.url, namespace, verbose), say);
  parts.push(() => fleet.stop());
  await fleet.start(1);
  say(`worker  one process, ${CONCURRENCY} jobs at once`);
  const dashboard = once ? undefined : await openDashboard({ redis: store.url, namespace }, parts);
  const client = new Client({ redis: store.url, namespace });
  parts.push(() => client.close());
  signal.throwIfAborted();

  say(
    `files   every regular file below ${dir}${leaveOut.length > 0 ? `, without ${leaveOut.join(', ')}` : ''}`,
  );
  const startedAt = performance.now();
  const report = makeReport(once);
  const found = await runDemo({ client, dir: await realpath(dir), leaveOut, signal, report });
  report.end();
  const { results, ...counts } = found;
  const seconds = Number(((performance.now() - startedAt) / 1000).toFixed(3));
  const summary = { store: store.kind, ...counts, seconds };
  if (once) {
    await print(toJsonLine({ ...summary, results }));
    return 0;
  }
  await printSummary(summary, results, { store, namespace });
  say(`look    ${dashboard.url}`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return 0;
}

/** Data in a folder of its own, so that nothing of an earlier demo, or of `linstock dev`, gets in the way. */
async function openDemoStore({ redis, embedded }, parts) {
  if (redis !== undefined) keepUrlPassword(redis);
  const namespace = `demo-${randomBytes(5).toString('hex')}`;
  const directory = await mkdtemp(path.join(tmpdir(), 'linstock-demo-'));
  parts.push(() => rm(directory, { recursive: true, force: true }));
  const store = await openStore({ url: redis, directory, preferEmbedded: embedded, onProgress: say });
  parts.push(() => store.stop());
  const connection = await openConnection({ redis: store.url, connectTimeoutMs: 3000 });
  parts.push(async () => {
    // A Redis of somebody's keeps nothing of the demo.
    if (store.kind === 'given')
      await removeNamespace(connection, namespace).catch((error) => say(error.message));
    connection.close();
  });
  say(`store   ${store.kind}: ${store.url}, namespace ${namespace}`);
  return { store, namespace };
}

async function openDashboard(settings, parts) {
  const dashboard = await serveDashboard(settings, { host: DASHBOARD_HOST, port: DASHBOARD_PORT });
  parts.push(() => dashboard.close());
  say(`look    ${dashboard.url}`);
  return dashboard;
}

function workerPlan(redis, namespace, verbose) {
  const { isTTY } = process.stderr;
  return {
    redis,
    namespace,
    modules: [JOBS],
    queues: ['demo', 'files'],
    concurrency: CONCURRENCY,
    shutdownTimeoutMs: 5000,
    // One of the jobs fails on purpose; the demo itself tells which ones did.
    log: { level: verbose ? 'info' : 'silent', isPretty: isTTY, hasColor: isTTY },
  };
}

/** Progress to standard error; without --once each result to standard output. */
function makeReport(once) {
  const isLive = once && process.stderr.isTTY;
  const clear = () => (isLive ? process.stderr.write('\r\u001B[K') : undefined);
  let shownAt = 0;
  const count = (counts) => {
    if (performance.now() - shownAt < (isLive ? 200 : 2000)) return;
    shownAt = performance.now();
    const line = `${counts.succeeded} of ${counts.enqueued} jobs have succeeded, ${counts.failed} have failed`;
    if (isLive) process.stderr.write(`\r\u001B[K${line}`);
    else if (once) say(line);
  };
  const tell = (line) => {
    clear();
    say(line);
  };
  return {
    file: (result, counts) => {
      if (!once) void print(`${result.sha256}  ${result.bytes}  ${escapeText(result.path)}`);
      count(counts);
    },
    other: (name, result) => tell(`done    ${name}: ${toJsonLine(result)}`),
    failed: (what, reason) => tell(`failed  ${what}: ${reason}`),
    unreadable: (folder, error) => tell(`passed over  ${folder}: ${error.message}`),
    allEnqueued: ({ enqueued }) => tell(`${enqueued} jobs are enqueued`),
    end: clear,
  };
}

async function printSummary({ store, enqueued, succeeded, failed, seconds }, results, where) {
  const bytes = results.reduce((sum, result) => sum + result.bytes, 0);
  const files = `${results.length} files, ${bytes} bytes`;
  await print(
    `${enqueued} jobs on ${store} in ${seconds} s: ${succeeded} succeeded (${files}), ${failed} failed`,
  );
  const at = where.store.kind === 'given' ? '' : ` --redis ${where.store.url}`;
  say(`look    ${COMMAND} status${at} --namespace ${where.namespace}`);
  say(`look    ${COMMAND} job list --state failed${at} --namespace ${where.namespace}`);
  say('Ctrl-C ends the worker and the store');
}

function print(line) {
  return new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));
}

function say(line) {
  process.stderr.write(`${redact(escapeText(line))}\n`);
}
