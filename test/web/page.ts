/** The page in Debian's Chromium, built and handed out as `memhp serve` does, watched for requests that leave it. */

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { pageServer, pagesOf } from '../../src/cli/page-server.ts';
// @ts-expect-error A script of the build, in plain JavaScript.
import { buildWeb as buildUntyped } from '../../scripts/build-web.js';
// @ts-expect-error The same.
import { findProgram as findUntyped } from '../../scripts/setup.js';

const buildWeb = buildUntyped as (folder: string) => Promise<void>;
const findProgram = findUntyped as (name: string) => string | undefined;

/** The browser's path; undefined, and said aloud, when it is not here. */
export function chromiumAtHand(): string | undefined {
  const path = findProgram('chromium');
  if (path === undefined) console.warn('SKIPPED: chromium is not here, so the web page was not looked at; npm run setup brings it');
  return path;
}

export interface Watched {
  readonly page: Page;
  /** What went wrong in it: exceptions, violations of its policy, requests to elsewhere. */
  readonly troubles: string[];
}

/** A built page, its server and a browser; closed together. */
export class PageUnderTest {
  readonly origin: string;
  /** Where the page was built. */
  readonly folder: string;
  readonly #browser: Browser;
  readonly #close: () => void;

  private constructor(origin: string, folder: string, browser: Browser, close: () => void) {
    this.origin = origin;
    this.folder = folder;
    this.#browser = browser;
    this.#close = close;
  }

  static async start(executablePath: string, machine?: object): Promise<PageUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'memhp-page-'));
    await buildWeb(folder);
    const server = pageServer(pagesOf(folder, machine));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    return new PageUnderTest(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, folder, browser, () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  async open(path = '/', options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await this.#browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(`exception: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || /content security policy/i.test(message.text())) troubles.push(message.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(`${this.origin}/`) && !/^(?:data|blob):/.test(url)) troubles.push(`request to ${url}`);
    });
    await page.goto(this.origin + path);
    await page.waitForSelector('canvas, .trouble');
    return { page, troubles };
  }

  async stop(): Promise<void> {
    await this.#browser.close();
    this.#close();
  }
}

/** Types a line at the console. */
export async function typeLine(page: Page, line: string): Promise<void> {
  await page.fill('#line', line);
  await page.press('#line', 'Enter');
}

/** What the details say after choosing the address at a share of the map's width. */
export async function chooseAt(page: Page, share: number, deck = 0): Promise<string> {
  const box = (await page.locator('.canvas').nth(deck).boundingBox())!;
  await page.mouse.click(box.x + box.width * share, box.y + 60);
  return page.locator('#side').innerText();
}
