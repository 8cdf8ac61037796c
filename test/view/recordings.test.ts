import { describe, expect, test } from 'vitest';
import { renderMap } from '../../src/view/map.ts';
import { renderMapDiff } from '../../src/view/map-diff.ts';
import { sectionsOf } from '../../src/view/sections-of-segments.ts';
import { spansOf } from '../../src/view/span.ts';
import { Tally } from '../../src/view/tally.ts';
import type { Picture } from '../../src/view/picture.ts';
import { recordedPictures, recordingNames } from './recording.ts';

const names = recordingNames();
if (names.length === 0) console.warn('SKIPPED: no recordings in ../shared/traces: maps of real kernels are not drawn');

function presentBytes(picture: Picture): number {
  return picture.sections.reduce((sum, { first, last }) => sum + (last - first + 1) * picture.sectionSizeBytes, 0);
}

// What lies where no section is may change its name without a section changing.
function present(lines: readonly string[]): string {
  return lines.filter((line) => !line.includes(' absent')).join('\n');
}

describe.skipIf(names.length === 0)('maps of recorded kernels', () => {
  test.each(names)('%s: bits and owners agree, and every byte of a present section is counted once', (name) => {
    const pictures = recordedPictures(name);
    pictures.forEach(({ picture, command }, index) => {
      const tally = new Tally();
      for (const span of spansOf(picture)) tally.add(picture, span);
      const totals = tally.totals();
      expect(totals.reduce((sum, { bytes }) => sum + bytes, 0), command).toBe(presentBytes(picture));
      expect(totals.filter(({ owner }) => owner.kind === 'unowned' || owner.kind === 'unbacked'), command).toEqual([]);
      const lines = renderMap(picture, { width: 80 });
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
      const before = pictures[index - 1];
      if (before === undefined) return;
      const same = present(renderMap(before.picture, { width: 80 })) === present(lines);
      const [first] = renderMapDiff(before.picture, picture);
      expect(first === 'no section of memory changed', command).toBe(same);
    });
  });

  test('sections derived from resources alone are the kernel’s own, where no device is bound', () => {
    let compared = 0;
    for (const name of names.filter((each) => each.startsWith('bootmap'))) {
      const { picture } = recordedPictures(name)[0] as { picture: Picture };
      const derived = sectionsOf(picture.segments, picture.sectionSizeBytes, picture.subsectionSizeBytes);
      const bits = (sections: Picture['sections']): string[] =>
        sections.flatMap(({ first, last, subsections }) =>
          Array.from({ length: last - first + 1 }, (_, nr) => `${first + nr} ${subsections?.join(' ')}`),
        );
      expect(bits(derived), name).toEqual(bits(picture.sections));
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});
