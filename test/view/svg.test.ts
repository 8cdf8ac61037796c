import { describe, expect, test } from 'vitest';
import { renderSvg } from '../../src/view/svg.ts';
import { parseAnsi } from '../../src/view/ansi.ts';
import { renderMap } from '../../src/view/map.ts';
import { terminalSvg } from '../../src/view/terminal-svg.ts';
import { arm64With64k, dimmPartlyOffline, ppc64, sixtyFourTebibytes, twoPmemInOneSection } from './pictures.ts';

/** Fails unless tags nest and nothing but known entities is escaped. */
function expectWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, close, name, attributes = '', self] of xml.matchAll(/<(\/?)([a-z]+)((?: [\w:-]+="[^"<]*")*)(\/?)>/g)) {
    if (close === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name as string);
    expect(attributes).not.toMatch(/NaN|undefined|Infinity/);
  }
  expect(open).toEqual([]);
  const rest = xml.replace(/<\/?[a-z]+(?: [\w:-]+="[^"<]*")*\/?>/g, '');
  expect(rest).not.toMatch(/[<>]|&(?!amp;|lt;|gt;|quot;|#39;)/);
}

describe('the map as SVG', () => {
  test.each([
    ['two pmem ranges', twoPmemInOneSection()],
    ['a DIMM', dimmPartlyOffline()],
    ['64 TiB', sixtyFourTebibytes()],
    ['ppc64', ppc64()],
    ['arm64 with 64K pages', arm64With64k()],
  ])('%s is well-formed', (title, picture) => {
    expectWellFormed(renderSvg(picture, { title }));
  });

  test('is what it was', () => {
    expect(renderSvg(ppc64(), { title: 'ppc64' })).toMatchSnapshot();
  });

  test('escapes labels', () => {
    const picture = ppc64();
    const label = '<script>"&\u0007\'\ud800';
    const svg = renderSvg({ ...picture, segments: picture.segments.map((segment) => ({ ...segment, label })) }, { title: label });
    expectWellFormed(svg);
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;script&gt;&quot;&amp;\ufffd&#39;\ufffd');
  });
});

describe('a terminal as SVG', () => {
  test('reads colours and drops the rest', () => {
    const lines = parseAnsi('\u001b[1;31mred\u001b[0m \u001b[38;5;214;48;2;1;2;3mx\u001b[39my\u001b[m\u001b[2K\u001b]8;;http://a\u0007l\u001b]8;;\u0007\n\ttab\n');
    expect(lines.map((runs) => runs.map(({ text }) => text))).toEqual([['red', ' ', 'x', 'y', 'l'], ['        tab']]);
    expect(lines[0]?.[0]).toMatchObject({ fg: '#cd3131', bold: true });
    expect(lines[0]?.[2]).toMatchObject({ fg: '#ffaf00', bg: '#010203', bold: false });
    expect(lines[0]?.[3]).toMatchObject({ fg: undefined, bg: '#010203' });
    expect(lines[0]?.[4]).toMatchObject({ fg: undefined, bg: undefined });
  });

  test('is well-formed whatever is in it', () => {
    expectWellFormed(terminalSvg('a < b && c > "d" \u0000\u001b[31m\u001b[999;38;5m\u001b[\ud800', { title: '<&>' }));
    const map = renderMap(twoPmemInOneSection(), { width: 100, color: true, unicode: true }).join('\n');
    const svg = terminalSvg(map, { title: 'memhp', columns: 100 });
    expectWellFormed(svg);
    expect(svg).toContain('namespace0.0');
  });

  test('cuts what is wider than the window', () => {
    expect(terminalSvg('x'.repeat(50), { columns: 10 })).toContain(`>${'x'.repeat(10)}<`);
  });

  test('is linear in hostile text', () => {
    const start = performance.now();
    parseAnsi('\u001b]'.repeat(20000) + '\u001b['.repeat(20000) + '1;'.repeat(20000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
