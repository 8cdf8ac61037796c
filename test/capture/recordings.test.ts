/** What is said from /proc/iomem alone, against what real kernels' section tables held. */

import { expect, test } from 'vitest';
import { parseIomem } from '../../src/capture/iomem.ts';
import { layoutOf } from '../../src/capture/machine-layout.ts';
import { assembleMachines } from '../../src/capture/assemble.ts';
import { edgeSections } from '../../src/capture/section-findings.ts';
import { overlapping } from '../../src/capture/finding.ts';
import { recordings, type Recording } from './shared-data.ts';

const SECTION = 128 * 2 ** 20;
const SUBSECTION = 2 * 2 ** 20;

function layoutOfRecording({ name, kernel, boot_state: state }: Recording) {
  const iomem = parseIomem(state.iomem.join('\n'), name);
  const part = { sources: [], notes: [], iomem, kernelRelease: kernel.release, arch: 'x86_64' };
  return layoutOf(assembleMachines([{ name, part }])[0]!);
}

test('sub-sections that hold RAM are those the kernel marked at boot', (context) => {
  const all = recordings().filter(({ kernel }) => !kernel.release.startsWith('5.0'));
  if (all.length === 0) return context.skip('the recordings are not here');
  let compared = 0;
  for (const recording of all) {
    const { ram } = layoutOfRecording(recording);
    for (const { first, flags, subsections } of recording.boot_state.sections) {
      // Bit 3 is SECTION_IS_EARLY; bit 4 says that a device lives there too.
      const early = Math.floor(flags / 8) % 2 === 1 && Math.floor(flags / 16) % 2 === 0;
      if (!early || subsections === null || !edgeSections(ram, SECTION).includes(first)) continue;
      let bits = 0n;
      for (let index = 0; index < 64; index += 1) {
        const start = first * SECTION + index * SUBSECTION;
        if (overlapping(ram, start, start + SUBSECTION).length > 0) bits |= 1n << BigInt(index);
      }
      expect(bits.toString(16).padStart(16, '0'), `${recording.name} section ${first}`).toBe(subsections);
      compared += 1;
    }
  }
  console.info(`${compared} partly filled sections of ${all.length} recordings compared`);
  expect(compared).toBeGreaterThan(50);
});

test('blocks inferred from the map are those the kernel made, at the size it chose', (context) => {
  const all = recordings();
  if (all.length === 0) return context.skip('the recordings are not here');
  const differ: string[] = [];
  for (const recording of all) {
    const layout = layoutOfRecording(recording);
    const recorded = recording.boot_state.blocks.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    const inferred = layout.blocks.flatMap(({ first, last }) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    if (layout.blockSize !== recording.kernel.block_size_bytes || recorded.join() !== inferred.join()) {
      differ.push(`${recording.name}: ${layout.blockSize} against ${recording.kernel.block_size_bytes}`);
    }
  }
  console.info(`${all.length - differ.length} of ${all.length} recordings agree`);
  if (differ.length > 0) console.info(differ.join('\n'));
  // Whether a machine is virtual is not in /proc/iomem: above 64 GiB the size may be the other one.
  expect(differ.filter((line) => !line.includes('bigblock'))).toEqual([]);
});
