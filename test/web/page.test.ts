/** The page in a real browser: what somebody does with it, from the first look to the link. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXAMPLES } from '../../src/runbook/examples.ts';
import { parseRunbook } from '../../src/runbook/parse.ts';
import { fragmentOf } from '../../src/web/scenario/share-link.ts';
import { tarOf } from '../capture/tar-of.ts';
import { chooseAt, chromiumAtHand, PageUnderTest, typeLine } from './page.ts';

const chromium = chromiumAtHand();
const hosts = join(import.meta.dirname, '../../../shared/hosts');
const traces = join(import.meta.dirname, '../../../shared/traces');
for (const [folder, what] of [[hosts, 'a real /proc/iomem is'], [traces, 'recordings are']] as const) {
  if (!existsSync(folder)) console.warn(`SKIPPED: ../shared has no such folder, so ${what} not opened on the page`);
}
const thread = parseRunbook(EXAMPLES.thread!, 'thread').book;

describe.skipIf(chromium === undefined)('the page', () => {
  let under: PageUnderTest;
  beforeAll(async () => {
    under = await PageUnderTest.start(chromium!, {
      schema: 'memhp/served-machine/1',
      files: [{ name: 'given.runbook', base64: Buffer.from('---\nkernel: "6.1"\nmemory: 2G\n---\n$ uname -r\n').toString('base64') }],
    });
  });
  afterAll(() => under.stop());

  test('the thread’s session is typed, line by line, and answers as the runbook says', async () => {
    const { page, troubles } = await under.open();
    await page.keyboard.press('m');
    await page.fill('.machines textarea', '---\nkernel: "6.12"\nmemory: 1G\ncmdline: memmap=32M!0x31000000 memmap=32M!0x34000000\n---\n');
    await page.click('text=boot it');
    for (const [index, command] of thread.commands.entries()) {
      await typeLine(page, command.text);
      const entry = page.locator('.step').nth(index);
      await entry.waitFor();
      const expected = command.expected.flatMap((line) => (line.kind === 'text' ? [line.text] : []));
      const printed = await entry.locator('pre').allInnerTexts();
      expect(printed.join('\n').split('\n').filter((line) => line !== '')).toEqual(expected);
    }
    expect(await page.locator('.timeline li.refused').count()).toBe(1);
    await page.click('#tab-why');
    expect(await page.locator('.sentence').innerText()).toMatch(/offline_pages/);
    expect(troubles).toEqual([]);
  });

  test('a refusal says what would work, and that works', async () => {
    const { page, troubles } = await under.open();
    await page.keyboard.press('m');
    await page.fill('.machines textarea', '---\nkernel: "6.12"\nmemory: 2G,slots=4,maxmem=8G\n---\n');
    await page.click('text=boot it');
    await typeLine(page, '(qemu) object_add memory-backend-ram,id=m1,size=192M');
    await typeLine(page, '(qemu) device_add pc-dimm,id=d1,memdev=m1');
    expect(await page.locator('.step.refused').count()).toBe(1);
    await page.locator('.instead li', { hasText: '256M' }).locator('text=try it').click();
    expect(await page.locator('.step.refused').count()).toBe(0);
    await typeLine(page, 'lsmem');
    expect(await page.locator('.step').last().innerText()).toMatch(/0x0000000100000000-0x000000010fffffff\s+256M online/);
    expect(troubles).toEqual([]);
  });

  test('scrubbing goes back and forth; what changed is marked', async () => {
    const { page, troubles } = await under.open();
    const slider = page.locator('.track input');
    await slider.focus();
    await page.keyboard.press('Home');
    expect(await page.locator('.where').innerText()).toContain('as it began');
    expect(await chooseAt(page, 0.76)).toMatch(/owner\s+.*Persistent Memory \(legacy\)/);
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    expect(await page.locator('.where').innerText()).toMatch(/modprobe nd_pmem[^]*1 stretch changed/);
    expect(await page.locator('#side').innerText()).toMatch(/owner\s+namespace0\.0/);
    expect(await page.locator('.step.later').count()).toBe(5);
    // Typing here replaces what followed.
    await typeLine(page, 'uname -r');
    expect(await page.locator('.step').count()).toBe(3);
    expect(troubles).toEqual([]);
  });

  test('two kernels side by side differ where sections have one owner', async () => {
    const { page, troubles } = await under.open();
    await page.selectOption('label:has-text("beside") select', '5.0');
    await page.waitForSelector('.deck:nth-child(2)');
    const text = await chooseAt(page, 0.76);
    const [today, then] = text.split('Linux 5.0');
    expect(today).toMatch(/pfn_to_online_page\s+NULL/);
    expect(then).toMatch(/pfn_to_online_page\s+a page/);
    expect(then).toMatch(/a section has one owner/);
    await typeLine(page, 'uname -r');
    await page.click('#tab-why');
    expect(await page.locator('.why').count()).toBe(2);
    expect(troubles).toEqual([]);
  });

  test.runIf(existsSync(join(hosts, 'sosreport')))('a real /proc/iomem is dropped, and the machine is there', async () => {
    const { page, troubles } = await under.open();
    const text = realIomem();
    await page.evaluate((given) => {
      // The browser's own objects, which these tests have no types for.
      const win = globalThis as unknown as Record<string, new (...args: unknown[]) => { items: { add(file: unknown): void } }>;
      const data = new win.DataTransfer!();
      data.items.add(new win.File!([given], 'iomem'));
      const event = new win.DragEvent!('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      (globalThis as unknown as { dispatchEvent(event: unknown): void }).dispatchEvent(event);
    }, text);
    await page.locator('.machine', { hasText: 'iomem' }).waitFor();
    await typeLine(page, 'grep "System RAM" /proc/iomem');
    const shown = (await page.locator('.step pre').innerText()).split('\n');
    expect(shown).toEqual(text.split('\n').filter((line) => /^\S.*: System RAM$/.test(line)));
    expect(troubles).toEqual([]);
  });

  test.runIf(existsSync(join(traces, 'dimm-00-6.12.json')))('a recording of a real kernel, and an archive, are opened', async () => {
    const { page, troubles } = await under.open();
    await page.keyboard.press('m');
    await page.setInputFiles('input[type=file]', join(traces, 'dimm-00-6.12.json'));
    await page.locator('.machine', { hasText: 'dimm-00-6.12.json' }).waitFor();
    const recording = JSON.parse(readFileSync(join(traces, 'dimm-00-6.12.json'), 'utf8')) as { steps: unknown[] };
    expect(await page.locator('.step').count()).toBe(recording.steps.length);
    await page.locator('dialog').waitFor({ state: 'detached' });
    // By its button: where the focus is after a dialog is the browser's affair, and in a field `m` is a letter.
    await page.click('.machine');
    const iomem = ['00001000-0009ffff : System RAM', '00100000-3fffffff : System RAM', ''].join('\n');
    await page.setInputFiles('input[type=file]', { name: 'host.tar.gz', mimeType: 'application/gzip', buffer: gzipSync(tarOf({ 'proc/iomem': iomem })) });
    await page.locator('.machine', { hasText: 'host.tar.gz' }).waitFor();
    await typeLine(page, 'cat /proc/iomem');
    expect(await page.locator('.step pre').innerText()).toContain('00100000-3fffffff : System RAM');
    expect(troubles).toEqual([]);
  });

  test('what a link or a file says is text, whatever it says', async () => {
    const evil = '<img src=x onerror=globalThis.hit=1><script>hit=1</script>';
    const text = `---\ntitle: ${JSON.stringify(evil)}\nkernel: "6.12"\nmemory: 1G\n---\n# ${evil}\n$ echo '${evil}'\n`;
    const source = { kind: 'runbook' as const, name: evil, text, files: [] };
    const fragment = await fragmentOf({ source, kernel: undefined, beside: undefined, position: 1, sight: undefined, address: undefined });
    const { page, troubles } = await under.open(`/#${fragment}`);
    await page.waitForSelector('.step');
    expect(await page.locator('.machine').innerText()).toContain(evil);
    expect(await page.locator('.step pre').innerText()).toBe(evil);
    expect(await page.evaluate(`[document.querySelectorAll('img, #page script').length, 'hit' in globalThis]`)).toEqual([0, false]);
    expect(troubles).toEqual([]);
  });

  test('a link carries all of it to another browser', async () => {
    const { page } = await under.open();
    await typeLine(page, 'grep -c RAM /proc/iomem');
    await page.selectOption('label:has-text("beside") select', '5.0');
    await page.click('[aria-label="Step back"]');
    await page.click('text=link');
    const box = page.locator('dialog textarea');
    await expect.poll(async () => (await box.inputValue()).length).toBeGreaterThan(100);
    const link = await box.inputValue();
    const other = await under.open(link.slice(under.origin.length));
    await other.page.waitForSelector('.deck:nth-child(2)');
    expect(await other.page.locator('.step').count()).toBe(8);
    expect(await other.page.locator('.sight').innerText()).toBe(await page.locator('.sight').innerText());
    expect(await other.page.locator('.where').innerText()).toBe(await page.locator('.where').innerText());
    expect(other.troubles).toEqual([]);
    const hostile = await under.open('/#s1.AAAA');
    expect(await hostile.page.locator('.trouble').innerText()).toContain('damaged');
    expect(hostile.troubles).toEqual([]);
  });

  test('the keyboard alone is enough', async () => {
    const { page, troubles } = await under.open();
    const keys = (...all: string[]): Promise<void> => all.reduce((done, key) => done.then(() => page.keyboard.press(key)), Promise.resolve());
    await keys('m');
    await page.waitForSelector('dialog');
    await keys('Escape');
    // The browser tells the page a moment later that its dialog is closed.
    await page.locator('dialog').waitFor({ state: 'detached' });
    await keys('/');
    await page.keyboard.type('lsm');
    await keys('Tab');
    await page.keyboard.type('-b');
    await keys('Enter');
    await page.waitForSelector('.step:nth-child(8)');
    await keys('ArrowUp');
    expect(await page.inputValue('#line')).toBe('lsmem -b');
    await keys('Escape', ',', ',', 'g', 'Enter', 'Shift+ArrowRight');
    const before = await page.locator('.sight .at').innerText();
    await keys('Shift+ArrowRight');
    const after = await page.locator('.sight .at').innerText();
    expect(parseInt(after, 16) - parseInt(before, 16)).toBe(2 ** 21);
    await keys('1');
    expect(await page.locator('.sight').innerText()).toMatch(/13\d(?:\.\d)?M from/);
    await keys('w');
    expect(await page.locator('.sight').innerText()).toMatch(/^64T from 0x0/);
    await keys('t');
    expect(await page.locator('.table tbody tr').count()).toBeGreaterThan(2);
    await keys('a');
    expect(await page.locator('.account').innerText()).toMatch(/lost/);
    await keys('?');
    expect(await page.locator('dialog').innerText()).toContain('Keys');
    expect(troubles).toEqual([]);
  });

  test('64 TiB, from end to end and down to a page', async () => {
    const { page, troubles } = await under.open();
    await page.keyboard.press('m');
    await page.click('text=60 TiB of RAM');
    await page.locator('.machine', { hasText: '60 TiB' }).waitFor();
    await page.keyboard.press('w');
    expect(await page.locator('.sight').innerText()).toMatch(/^64T from 0x0/);
    expect(await chooseAt(page, 0.5)).toMatch(/owner\s+System RAM from boot, online/);
    for (const [key, sight] of [['1', /^13\dM|^13\d\.\dM/], ['2', /^2(?:\.\d)?M/], ['3', /^\d\d(?:\.\d)?K/]] as const) {
      await page.keyboard.press(key);
      expect(await page.locator('.sight').innerText()).toMatch(sight);
    }
    // Drawn in a few milliseconds where nothing else runs; this machine may be busy.
    const drawn = (await page.evaluate(`performance.getEntriesByName('map').map((one) => one.duration)`)) as number[];
    expect(drawn.sort((a, b) => a - b)[Math.floor(drawn.length / 2)]).toBeLessThan(50);
    expect(troubles).toEqual([]);
  });

  test('memhp serve’s machine is shown, and a runbook comes back from it', async () => {
    const { page, troubles } = await under.open('/?machine');
    await page.waitForSelector('.step');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('.group >> text=runbook')]);
    const text = readFileSync((await download.path())!, 'utf8');
    expect(parseRunbook(text, 'saved').diagnostics).toEqual([]);
    expect(text).toContain('$ uname -r');
    const [svg] = await Promise.all([page.waitForEvent('download'), page.click('.group >> text=SVG')]);
    expect(readFileSync((await svg.path())!, 'utf8')).toMatch(/^<svg /);
    const [png] = await Promise.all([page.waitForEvent('download'), page.click('.group >> text=PNG')]);
    expect(readFileSync((await png.path())!).subarray(1, 4).toString()).toBe('PNG');
    expect(troubles).toEqual([]);
  });

  test.each([['dark'], ['light']] as const)('axe finds nothing serious, %s', async (colorScheme) => {
    const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const { page } = await under.open('/', { colorScheme, bypassCSP: true });
    const serious = async (): Promise<string[]> => {
      await page.evaluate(source);
      const { violations } = (await page.evaluate('axe.run(document)')) as { violations: { id: string; impact: string; nodes: { html: string }[] }[] };
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
    };
    expect(await serious()).toEqual([]);
    for (const tab of ['frame', 'account', 'log']) {
      await page.click(`#tab-${tab}`);
      if (tab === 'frame') await chooseAt(page, 0.76);
      expect(await serious(), tab).toEqual([]);
    }
    await page.keyboard.press('t');
    expect(await serious(), 'table').toEqual([]);
    for (const key of ['m', '?', 's']) {
      await page.locator('body').press(key);
      await page.waitForSelector('dialog');
      expect(await serious(), `dialog ${key}`).toEqual([]);
      await page.keyboard.press('Escape');
    }
  });

  test('two fingers zoom', async () => {
    const { page, troubles } = await under.open('/', { hasTouch: true });
    const box = (await page.locator('.canvas').boundingBox())!;
    const y = box.y + 60;
    const points = (apart: number): { x: number; y: number; id: number }[] =>
      [-1, 1].map((side, id) => ({ x: box.x + box.width / 2 + (side * apart) / 2, y, id }));
    const before = await page.locator('.sight').innerText();
    const touch = await page.context().newCDPSession(page);
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: points(100) });
    for (const apart of [150, 200, 300, 400]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: points(apart) });
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    expect(before).toMatch(/^1G from 0x0/);
    // Four times as far apart: a quarter of the 1.02 GiB is in sight.
    await expect.poll(() => page.locator('.sight').innerText()).toMatch(/^26\d(?:\.\d)?M from/);
    expect(troubles).toEqual([]);
  });

  test('what it loads at first is below 300 KB, packed', () => {
    const files = (readdirSync(under.folder, { recursive: true }) as string[]).filter((name) => /\.(?:js|css|html|svg)$/.test(name));
    const sizes = files.filter((name) => !/open-recording|nearest/.test(name)).map((name) => gzipSync(readFileSync(join(under.folder, name))).length);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(300_000);
  });

  test('narrow: nothing runs out of the side', async () => {
    const { page, troubles } = await under.open('/', { viewport: { width: 380, height: 800 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(380);
    expect(troubles).toEqual([]);
  });
});

/** The /proc/iomem of a virtual machine's support archive. */
function realIomem(): string {
  const name = readdirSync(join(hosts, 'sosreport')).find((one) => /iomem/.test(one));
  if (name === undefined) throw new Error('no iomem in ../shared/hosts/sosreport');
  return readFileSync(join(hosts, 'sosreport', name), 'utf8');
}
