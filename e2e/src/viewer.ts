import type { DashboardOptions } from '@linstock/dashboard';
import { createDashboard } from '@linstock/dashboard';
import type { Browser, Page } from 'playwright-core';
import type { PageReport } from './browser.ts';
import { findBrowser, launch, Site, watchPage } from './browser.ts';

/** Somebody who looks at an installation's dashboard in a browser. */
export class Viewer {
  readonly origin: string;
  readonly page: Page;
  readonly report: PageReport;
  readonly #site: Site;
  readonly #browser: Browser;

  private constructor(parts: { site: Site; browser: Browser; page: Page; report: PageReport }) {
    this.origin = parts.site.origin;
    this.page = parts.page;
    this.report = parts.report;
    this.#site = parts.site;
    this.#browser = parts.browser;
  }

  /** `namespace`: the usual one without. */
  static async open(place: {
    redis: string;
    namespace?: string;
    role: 'viewer' | 'operator' | 'admin';
    can?: NonNullable<DashboardOptions['can']>;
  }): Promise<Viewer> {
    const { role, ...installation } = place;
    const site = await Site.serve(
      createDashboard({ ...installation, authorize: () => ({ name: 'ada', role }) }),
    );
    const browser = await launch(findBrowser() ?? '');
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return new Viewer({ site, browser, page, report: await watchPage(page, site.origin) });
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#site.close();
  }
}
