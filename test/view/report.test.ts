/** Reports: self-contained, and nothing in a runbook becomes markup. */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { playText } from '../../src/cli/play-files.ts';
import { MapWatch, reportOf, writeReports } from '../../src/cli/report.ts';
import { renderHtmlReport } from '../../src/view/report/page.ts';
import type { Report } from '../../src/view/report/report.ts';
import { renderSvgReport } from '../../src/view/report/run-svg.ts';
import { STYLE_SHEET, STYLE_SHEET_HASH } from '../../src/view/report/style-sheet.ts';
import { runMain } from '../cli/run-main.ts';

const folder = mkdtempSync(join(tmpdir(), 'memhp-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function report(text: string): Promise<Report> {
  const watch = new MapWatch();
  const played = await playText(text, 'a.runbook', { watch });
  return reportOf(played, watch)!;
}

const TEXT = `---
title: One DIMM
kernel: "6.12"
memory: 1G,slots=2,maxmem=4G
---
# it has a size
(qemu) object_add memory-backend-ram,id=m,size=256M
(qemu) device_add pc-dimm,id=d,memdev=m
$ echo offline > /sys/devices/system/memory/memory0/state
$ cat /proc/iomem
`;

test('the policy names the style sheet by its hash, and allows nothing else', async () => {
  expect(STYLE_SHEET_HASH).toBe(`sha256-${createHash('sha256').update(STYLE_SHEET).digest('base64')}`);
  const page = renderHtmlReport([await report(TEXT)], 'memhp');
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;${STYLE_SHEET_HASH}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"`);
  expect(page.match(/<style>([^]*?)<\/style>/)![1]).toBe(STYLE_SHEET);
  // Nothing is loaded: no scripts, no addresses but the SVG name space, no styles beside the sheet.
  expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|\bhref=|\bstyle=|\bon\w+=|url\(|@import/i);
  expect(new Set(page.match(/https?:\/\/[^"' <]+/g))).toEqual(new Set(['http://www.w3.org/2000/svg']));
});

test('it says what each command did, why, and what changed', async () => {
  const one = await report(TEXT);
  expect(one.steps.map(({ changed }) => changed !== undefined)).toEqual([false, true, false, false]);
  const page = renderHtmlReport([one], 'memhp');
  expect(page).toMatch(/<h1>One DIMM<\/h1>/);
  expect(page).toMatch(/it has a size/);
  expect(page).toMatch(/memory_block_offline/);
  expect(page).toMatch(/100000000-10fffffff : System RAM/);
  expect(page.match(/<svg /g)).toHaveLength(3);
  expect(page.match(/Where the capacity went/g)).toHaveLength(1);
  const svg = renderSvgReport([one], 'memhp');
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
  expect(svg).toMatch(/✗ refused/);
});

/** The tags of a page in order, opening and closing: what a parser would make of it. */
function tags(markup: string): string[] {
  const body = markup.replace(/<style>[^]*?<\/style>/, '');
  return [...body.matchAll(/<(\/?[a-zA-Z!][\w-]*)/g)].map((match) => match[1]!);
}

test('no text of a runbook becomes markup, in page or picture', async () => {
  const plain = await report(TEXT);
  const evil = fc.oneof(
    fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '</style><b>', ']]>', '<!--', '&lt;b&gt;', "' onload='x"),
    fc.constantFrom('</title><h1>', '\u202ereversed', '\x1b[2J', '\0', '\ud800', '</pre>', '</svg><a>', '${x}', '{{x}}'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(evil, { minLength: 1, maxLength: 4 }), (pieces) => {
      const text = pieces.join('');
      const [first, ...rest] = plain.steps as [Report['steps'][0], ...Report['steps']];
      const { run } = first;
      const dress = (words: string): Report => ({
        ...plain,
        name: words,
        title: words,
        description: words,
        machine: [[words, words]],
        steps: [
          {
            run: {
              ...run,
              command: { ...run.command, text: words, comments: [words] },
              output: [words],
              log: [{ level: 6, text: words }],
              depends: [words],
              decidedBy: { file: words, fn: words, condition: words, passed: false, values: { [words]: words } },
              differences: [{ what: 'output', expected: [words], actual: [words] }],
            },
            advice: [{ text: words, costs: words, typed: true }],
            changed: { before: relabelled(plain.before, words), after: relabelled(plain.after, words) },
          },
          ...rest,
        ],
      });
      const page = renderHtmlReport([dress(text)], text);
      expect(tags(page)).toEqual(tags(renderHtmlReport([dress('harmless')], 'memhp')));
      const svg = renderSvgReport([dress(text)], text);
      expect(tags(svg).filter((tag) => !/^\/?(svg|text|g|rect|path|line|title)$/.test(tag))).toEqual([]);
      // eslint-disable-next-line no-control-regex
      for (const markup of [page, svg]) expect(markup).not.toMatch(/[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\ufffe\uffff]/);
    }),
    { numRuns: 60, seed: 9 },
  );
});

function relabelled(picture: Report['before'], label: string): Report['before'] {
  return { ...picture, segments: picture.segments.map((segment) => ({ ...segment, label })) };
}

test('many lines and many commands end somewhere', async () => {
  const one = await report(TEXT);
  const step = one.steps[2]!;
  const long = { ...step, run: { ...step.run, output: Array.from({ length: 100_000 }, () => 'x'.repeat(50)) } };
  expect(renderHtmlReport([{ ...one, steps: [long] }], 'memhp').length).toBeLessThan(200_000);
  expect(renderSvgReport([{ ...one, steps: Array.from({ length: 5000 }, () => long) }], 'memhp').length).toBeLessThan(1_000_000);
});

test('run --html and --svg write files, or one to standard output; what cannot be written is said', async () => {
  const file = join(folder, 'a.runbook');
  writeFileSync(file, TEXT.replace('$ echo offline > /sys/devices/system/memory/memory0/state\n', ''));
  const [html, svg] = [join(folder, 'a.html'), join(folder, 'a.svg')];
  const written = await runMain(80, 'run', '--html', html, '--svg', svg, file);
  expect([written.status, existsSync(html), existsSync(svg)]).toEqual([0, true, true]);
  const printed = await runMain(80, 'run', '--html', '-', file);
  expect(printed.stdout).toBe(readFileSync(html, 'utf8'));
  expect((await runMain(80, 'run', '--html', '-', '--json', file)).status).toBe(2);
  const nowhere = await runMain(80, 'run', '--svg', join(folder, 'no/such/a.svg'), file);
  expect([nowhere.status, nowhere.stderr.includes('MHP0005')]).toEqual([2, true]);
  expect(writeReports([], {})).toEqual([]);
});
