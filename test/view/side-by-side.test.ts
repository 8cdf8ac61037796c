import { describe, expect, test } from 'vitest';
import { renderSideBySide } from '../../src/view/side-by-side.ts';
import { dimmPartlyOffline, ppc64, sixtyFourTebibytes, twoPmemInOneSection } from './pictures.ts';

const ESCAPES = /\u001b\[[0-9;]*m/g;
const before = { title: 'Linux 5.0', picture: twoPmemInOneSection(false) };
const after = { title: 'Linux 6.12', picture: twoPmemInOneSection() };

describe('two maps side by side', () => {
  for (const width of [60, 80, 140]) {
    test(`two namespaces in one section, ${width} columns`, () => {
      expect('\n' + renderSideBySide(before, after, { width }).join('\n') + '\n').toMatchSnapshot();
    });
  }

  test('what differs is marked, what is alike is not', () => {
    const same = renderSideBySide(after, { ...after, title: 'again' }, { width: 80 });
    expect(same.filter((line) => line[39] === '#')).toEqual([]);
    const marked = renderSideBySide(before, after, { width: 80 }).filter((line) => line[39] === '#');
    expect(marked.length).toBeGreaterThan(0);
  });

  test('sections that one of them lacks', () => {
    const lines = renderSideBySide(after, { title: 'with a DIMM', picture: dimmPartlyOffline() }, { width: 100 });
    expect('\n' + lines.join('\n') + '\n').toMatchSnapshot();
  });

  test('colour adds nothing, no line is too long, many rows are summed up, other sizes follow one another', () => {
    const large = { title: '64 TiB', picture: sixtyFourTebibytes() };
    for (const width of [20, 76, 77, 80, 200]) {
      const plain = renderSideBySide(before, large, { width, maxRows: 5 });
      const colored = renderSideBySide(before, large, { width, maxRows: 5, color: true });
      expect(colored.map((line) => line.replaceAll(ESCAPES, ''))).toEqual(plain);
      for (const line of plain) expect(line.length).toBeLessThanOrEqual(width);
    }
    const other = renderSideBySide(before, { title: 'ppc64', picture: ppc64() }, { width: 120 });
    expect(other).toContain('ppc64');
  });
});
