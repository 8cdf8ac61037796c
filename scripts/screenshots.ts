/**
 * Pictures of the web page for the documents, and how fast it is: `npx tsx scripts/screenshots.ts`.
 * Needs Debian's chromium. Writes docs/images/*.png and prints the figures docs/web.md holds.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { loadavg } from 'node:os';
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { chooseAt, chromiumAtHand, PageUnderTest, typeLine } from '../test/web/page.ts';

const images = fileURLToPath(new URL('../docs/images/', import.meta.url));

async function pictures(under: PageUnderTest): Promise<void> {
  const size = { width: 1280, height: 900 };
  const shot = async (page: Page, name: string): Promise<void> => {
    await page.mouse.move(2, 2);
    await page.locator('.decks').blur();
    await page.waitForTimeout(150);
    await page.screenshot({ path: join(images, `${name}.png`) });
  };
  const dark = (await under.open('/', { viewport: size, colorScheme: 'dark' })).page;
  await dark.selectOption('label:has-text("beside") select', '5.0');
  for (let i = 0; i < 5; i++) await dark.click('[aria-label="Step back"]');
  await chooseAt(dark, 0.76);
  await dark.keyboard.press('1');
  await dark.keyboard.press('-');
  await shot(dark, 'web-compare');

  const light = (await under.open('/', { viewport: size, colorScheme: 'light' })).page;
  await light.keyboard.press('m');
  await light.fill('.machines textarea', '---\ntitle: A DIMM of 192 MiB\nkernel: "6.12"\nmemory: 2G,slots=4,maxmem=8G\n---\n');
  await light.click('text=boot it');
  await typeLine(light, '(qemu) object_add memory-backend-ram,id=m1,size=256M');
  await typeLine(light, '(qemu) device_add pc-dimm,id=d1,memdev=m1');
  await typeLine(light, '(qemu) object_add memory-backend-ram,id=m2,size=192M');
  await typeLine(light, '(qemu) device_add pc-dimm,id=d2,memdev=m2');
  await light.locator('#line').blur();
  await light.keyboard.press('f');
  await shot(light, 'web-why');

  const narrow = (await under.open('/', { viewport: { width: 400, height: 800 }, colorScheme: 'dark' })).page;
  await shot(narrow, 'web-narrow');
}

/** Times of drawing (the page's own marks) and of whole frames, while the 64 TiB map is zoomed and dragged. */
async function measure(under: PageUnderTest): Promise<void> {
  const { page } = await under.open('/', { viewport: { width: 1920, height: 1080 } });
  const started = (await page.evaluate(
    `performance.getEntriesByName('map')[0].startTime + performance.getEntriesByName('map')[0].duration`,
  )) as number;
  await page.keyboard.press('m');
  await page.click('text=60 TiB of RAM');
  await page.locator('.machine', { hasText: '60 TiB' }).waitFor();
  await page.keyboard.press('w');
  const box = (await page.locator('.canvas').first().boundingBox())!;
  const [x, y] = [box.x + box.width * 0.37, box.y + 80];
  await page.mouse.move(x, y);
  // As a text: the browser must get it as it is.
  await page.evaluate(`
    performance.clearMeasures('map');
    globalThis.frames_seen = [];
    let last = performance.now();
    requestAnimationFrame(function next(now) {
      globalThis.frames_seen.push(now - last);
      last = now;
      requestAnimationFrame(next);
    });
  `);
  for (let i = 0; i < 80; i++) await page.mouse.wheel(0, i < 40 ? -160 : 160);
  for (let turn = 0; turn < 8; turn++) {
    await page.mouse.down();
    for (let i = 0; i < 8; i++) await page.mouse.move(x + (turn % 2 === 0 ? i : -i) * 30, y);
    await page.mouse.up();
    await page.mouse.move(x, y);
    for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -200);
  }
  const { drawn, frames } = (await page.evaluate(
    `({ drawn: performance.getEntriesByName('map').map((one) => one.duration), frames: globalThis.frames_seen })`,
  )) as { drawn: number[]; frames: number[] };
  const at = (list: number[], share: number): string => (list.sort((a, b) => a - b)[Math.floor((list.length - 1) * share)] ?? NaN).toFixed(1);
  console.log(`load ${loadavg()[0]!.toFixed(1)}, canvas ${Math.round(box.width)} x ${Math.round(box.height)}`);
  console.log(`first map after ${started.toFixed(0)} ms`);
  console.log(`drawing: ${drawn.length} times, median ${at(drawn, 0.5)} ms, 99th percentile ${at(drawn, 0.99)} ms`);
  console.log(`frames: ${frames.length}, median ${at(frames, 0.5)} ms, 99th percentile ${at(frames, 0.99)} ms`);
}

/** Sizes of what the page loads at first, as sent. */
function sizes(folder: string): void {
  let total = 0;
  for (const name of readdirSync(folder, { recursive: true }) as string[]) {
    const path = join(folder, name);
    if (!statSync(path).isFile() || /open-recording|nearest/.test(name)) continue;
    const packed = gzipSync(readFileSync(path), { level: 9 }).length;
    total += packed;
    console.log(`${String(packed).padStart(8)}  ${name}`);
  }
  console.log(`${String(total).padStart(8)}  bytes in all, gzip`);
}

const chromium = chromiumAtHand();
if (chromium === undefined) process.exit(3);
const under = await PageUnderTest.start(chromium);
try {
  sizes(under.folder);
  await measure(under);
  if (!process.argv.includes('--measure')) await pictures(under);
} finally {
  await under.stop();
}
