// npm run screenshots: the main pages of the dashboard as pictures, with an installation made up for them, into docs/images.
// Needs what npm test installs: a redis-server and a Chromium.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, defineJob, node } from '@linstock/core';
import { createDashboard } from '@linstock/dashboard';
import { Worker } from '@linstock/worker';
import { chromium } from 'playwright-core';

const IMAGES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
];
const silent = { child: () => silent, debug() {}, info() {}, warn() {}, error() {} };

const mail = defineJob({ name: 'mail.send', queue: 'mail', maxAttempts: 2, retry: { fixed: '5s' } });
const resize = defineJob({ name: 'image.resize', queue: 'images' });
const charge = defineJob({ name: 'invoice.charge', maxAttempts: 1 });
const crawl = defineJob({ name: 'site.crawl' });
const report = defineJob({ name: 'report.build' });

async function startRedis(folder) {
  const port = await freePort();
  const child = spawn(
    'redis-server',
    ['--port', port, '--dir', folder, '--save', '', '--appendonly', 'yes'],
    {
      stdio: 'ignore',
    },
  );
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill() };
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** As it would come from an application, whatever machine this is. */
function failure(name, message, at) {
  return Object.assign(new Error(message), { name, stack: `${name}: ${message}\n    at ${at}` });
}

/** Something always goes on. */
function keepBusy(client) {
  const timer = setInterval(() => {
    const some = Math.round(20 + 15 * Math.sin(Date.now() / 3000));
    const inputs = Array.from({ length: some }, (_, n) => ({ image: `dog-${n}.png`, width: 320 }));
    client.enqueueMany(resize, inputs).catch(() => undefined);
  }, 200);
  return () => clearInterval(timer);
}

function startWorker(redis) {
  const worker = new Worker({ redis, queues: ['mail', 'images', 'default'], concurrency: 12, log: silent });
  worker.handle(mail, async ({ to }, ctx) => {
    await delay(20 + Math.random() * 60);
    if (to.startsWith('lost'))
      throw failure('MailboxError', '550 no such mailbox', 'deliver (mail/smtp.ts:88:11)');
    ctx.log.info({ to }, 'accepted by the mail server');
  });
  worker.handle(resize, async ({ width }) => {
    await delay(40 + Math.random() * 80);
    return { bytes: width * 97 };
  });
  worker.handle(charge, async ({ cents }) => {
    await delay(30);
    if (cents % 7 === 0) throw failure('CardError', 'the card was declined', 'charge (billing/card.ts:41:9)');
    return { charged: cents };
  });
  worker.handle(report, async (_input, ctx) => {
    for (let done = 1; done <= 8; done++) {
      ctx.progress({ done: done * 100, of: 1000 });
      ctx.log.info({ rows: done * 1250 }, `chapter ${done} is written`);
      await delay(done < 8 ? 5 : 60_000, undefined, { signal: ctx.signal });
    }
  });
  worker.handle(crawl, async ({ ms }) => {
    await delay(ms);
    return { pages: 12 };
  });
  return worker;
}

async function fillQueues(client) {
  await client.enqueueMany(
    mail,
    Array.from({ length: 400 }, (_, n) => ({ to: `${n % 25 ? 'ada' : 'lost'}${n}@example.com` })),
  );
  await client.enqueueMany(
    resize,
    Array.from({ length: 500 }, (_, n) => ({ image: `cat-${n}.png`, width: 64 })),
  );
  await client.enqueueMany(
    charge,
    Array.from({ length: 120 }, (_, n) => ({ invoice: 4000 + n, cents: 990 + n })),
  );
  await client.scheduleMany(
    mail,
    Array.from({ length: 40 }, (_, n) => ({ to: `later${n}@example.com` })),
    { in: '2h' },
  );
  await client.queue('newsletter').pause({ by: 'grace', reason: 'the template is wrong' });
  await client.enqueueMany(
    mail,
    Array.from({ length: 250 }, (_, n) => ({ to: `n${n}@example.com` })),
    { queue: 'newsletter' },
  );
}

async function defineRecurring(client) {
  const zone = { timeZone: 'Europe/Berlin' };
  await client.recurring.upsert(
    'nightly-report',
    report,
    {},
    { cron: '30 3 * * *', ...zone, queue: 'reports' },
  );
  await client.recurring.upsert(
    'dunning',
    charge,
    { invoice: 1, cents: 991 },
    { cron: '0 9 * * MON-FRI', ...zone },
  );
  await client.recurring.upsert('health', crawl, { ms: 20 }, { every: '5s' });
}

function makeWorkflow(client) {
  return client.workflow(
    {
      fetch: node(crawl, { ms: 30 }, { displayName: 'Fetch the site' }),
      words: node(crawl, { ms: 60 }, { displayName: 'Count words', after: ['fetch'] }),
      links: node(crawl, { ms: 60_000 }, { displayName: 'Check links', after: ['fetch'] }),
      images: node(charge, { cents: 7 }, { displayName: 'Measure images', after: ['fetch'] }),
      rank: node(crawl, { ms: 10 }, { displayName: 'Rank pages', after: ['words', 'links'] }),
      apology: node(crawl, { ms: 40 }, { displayName: 'Tell the editor', after: ['images'], on: 'failed' }),
      publish: node(crawl, { ms: 10 }, { displayName: 'Publish', after: ['rank'] }),
    },
    { name: 'site-check' },
  );
}

async function shoot(browser, origin, { name, to, theme, width, height, settle = 500 }) {
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: 2,
    colorScheme: theme,
  });
  await page.goto(`${origin}/#/${to}`);
  await page.locator('h1').first().waitFor();
  await delay(settle);
  await page.screenshot({ path: path.join(IMAGES, `${name}.png`) });
  await page.close();
}

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome', process.env.CHROMIUM_PATH].find(
  (file) => file !== undefined && existsSync(file),
);
const folder = mkdtempSync(path.join(tmpdir(), 'linstock-screenshots-'));
const redis = await startRedis(folder);
await delay(500);
const client = new Client({ redis: redis.url });
const dashboard = createDashboard({
  redis: redis.url,
  title: 'shop',
  authorize: () => ({ name: 'ada', role: 'admin' }),
});
const server = createServer(dashboard.node);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath, args: FLAGS });
const worker = startWorker(redis.url);
let stop = () => undefined;
try {
  mkdirSync(IMAGES, { recursive: true });
  await fillQueues(client);
  await defineRecurring(client);
  await client.enqueue(
    report,
    { month: '2026-10' },
    { displayName: 'Report for October', tags: ['finance'] },
  );
  const flow = await makeWorkflow(client);
  await worker.start();
  stop = keepBusy(client);
  const desk = { width: 1280, height: 800, theme: 'light' };
  await shoot(browser, origin, { ...desk, name: 'overview', to: '', settle: 45_000 });
  const [building] = await client.findByTag('finance');
  await shoot(browser, origin, { ...desk, name: 'job', to: `jobs/${building.id}`, height: 900 });
  await shoot(browser, origin, { ...desk, name: 'errors', to: 'errors', theme: 'dark' });
  await shoot(browser, origin, { ...desk, name: 'workflow', to: `batches/${flow.id}` });
  await shoot(browser, origin, { ...desk, name: 'queues', to: 'queues', theme: 'dark' });
  await shoot(browser, origin, { ...desk, name: 'recurring', to: 'recurring' });
  await shoot(browser, origin, {
    name: 'phone',
    to: '',
    width: 390,
    height: 844,
    theme: 'dark',
    settle: 8000,
  });
} finally {
  stop();
  await browser.close();
  await worker.stop({ now: true });
  await client.close();
  await dashboard.close();
  server.closeAllConnections();
  server.close();
  redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
