import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import type { Dashboard } from '@linstock/dashboard';
import { eventually } from '@linstock/test-kit/eventually';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Where the system's browser is; undefined: there is none. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = [
    process.env['CHROMIUM_PATH'],
    ...folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name))),
  ];
  return candidates.find((file): file is string => file !== undefined && existsSync(file));
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A dashboard on a port of its own. */
export class Site {
  readonly origin: string;
  readonly #close: () => Promise<void>;

  private constructor(origin: string, close: () => Promise<void>) {
    this.origin = origin;
    this.#close = close;
  }

  static async serve(dashboard: Dashboard): Promise<Site> {
    const server = createServer((request, response) => dashboard.node(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    return new Site(`http://127.0.0.1:${port}`, async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await dashboard.close();
    });
  }

  close(): Promise<void> {
    return this.#close();
  }
}

/** Opens a page of a dashboard anew: nothing of the page before is left that could be taken for what is waited for. */
export async function openPage(page: Page, address: string, sign = 'h1'): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address);
  await page.locator(sign).first().waitFor();
}

/** Waits until nothing of a page is wider than its window: charts follow a change of it a little later. */
export async function fits(page: Page): Promise<void> {
  await eventually(async () => {
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    if (overflow !== 0) throw new Error(`${page.url()} is ${String(overflow)} px too wide`);
  });
}

/** What went wrong in a page, and what it asked of other addresses. */
export interface PageReport {
  readonly problems: string[];
}

/** Opens a page that tells of errors, violations of its policy, dialogs, and requests to elsewhere. */
export async function watchPage(page: Page, origin: string): Promise<PageReport> {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // What the API refuses is told by the console too; tests look at that by themselves.
    if (message.type() === 'error' && !message.text().includes('Failed to load resource'))
      problems.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('data:')) problems.push(`asks elsewhere: ${url}`);
  });
  // A text: it runs in the browser, whose names are not Node's.
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (e) => console.error('CSP: ' + e.violatedDirective + ' ' + e.blockedURI))",
  );
  return { problems };
}
