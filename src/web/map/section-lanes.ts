/** Lanes of the section table: flags, sub-section map, and the answers of pfn_valid() and pfn_to_online_page(). */

import type { Kernel } from '../../kernel/kernel.ts';
import { memmapRuns } from '../../kernel/kpageflags.ts';
import { onlinePfnRuns } from '../../kernel/pfn.ts';
import type { SectionRun } from '../../kernel/section-table.ts';
import type { PfnRange } from '../../kernel/units.ts';
import { flagLetters } from '../../view/row.ts';
import { subsectionBit } from '../../view/span.ts';
import { joinRuns, Lane, type LaneRun } from './lane.ts';
import { hatched, PAINTS, SERIES } from './lane-paint.ts';
import { LaneValues } from './lane-values.ts';

/** Bytes of the smallest piece that has an owner of its own: a sub-section, or a section on kernels before them. */
export function unitOf({ profile: { arch, does } }: Kernel): number {
  return does.subsectionHotplug ? arch.subsectionSize : arch.pagesPerSection * arch.pageSize;
}

/** Flags by their letters: Present, Memmap, Online, Early, Device taint. */
export function flagsLane(kernel: Kernel): Lane {
  const { arch } = kernel.profile;
  const size = arch.pagesPerSection * arch.pageSize;
  const values = new LaneValues('no section');
  const runs = kernel.sections.runs().map(({ first, last, flags }): LaneRun => {
    const letters = flagLetters(flags);
    const code = values.code(letters, () => ({ label: letters, letter: letters, paint: flagsPaint(letters) }));
    return { start: first * size, end: (last + 1) * size, code };
  });
  return new Lane('flags', 'section flags', values.all(), joinRuns(runs), size);
}

// Early or added later gives the hue; the taint, where both worlds meet, its own; offline is hatched.
function flagsPaint(letters: string): (typeof SERIES)[number] {
  const hue = letters.includes('D') ? PAINTS.yellow : letters.includes('E') ? PAINTS.blue : PAINTS.sky;
  return letters.includes('O') ? hue : hatched(letters.includes('D') ? PAINTS.orange : hue);
}

/** Which sub-sections are in use; undefined on kernels that keep no such map. */
export function subsectionLane(kernel: Kernel): Lane | undefined {
  const { arch, does } = kernel.profile;
  if (!does.subsectionHotplug) return undefined;
  const values = new LaneValues('bit clear');
  const code = values.code('set', () => ({ label: 'bit set', letter: '1', paint: PAINTS.teal }));
  const runs = kernel.sections.runs().flatMap((run) => bitRuns(run, arch.pagesPerSection * arch.pageSize, arch.subsectionsPerSection, code));
  return new Lane('subsections', 'sub-section map', values.all(), joinRuns(runs), arch.subsectionSize);
}

function bitRuns(run: SectionRun, size: number, count: number, code: number): LaneRun[] {
  const bits: LaneRun[] = [];
  const sub = size / count;
  for (let index = 0; index < count; index++) {
    if (subsectionBit(run, index) === true) bits.push({ start: index * sub, end: (index + 1) * sub, code });
  }
  const one = joinRuns(bits);
  const base = run.first * size;
  if (one.length === 1 && one[0]?.start === 0 && one[0].end === size) {
    return [{ start: base, end: (run.last + 1) * size, code }];
  }
  const runs: LaneRun[] = [];
  for (let nr = run.first; nr <= run.last; nr++) {
    for (const { start, end } of one) runs.push({ start: nr * size + start, end: nr * size + end, code });
  }
  return runs;
}

/** Frames with a struct page. */
export function validLane(kernel: Kernel): Lane {
  const { arch } = kernel.profile;
  return yesLane('valid', 'pfn_valid', 'a struct page', 'no struct page', memmapRuns(kernel), arch.pageSize, unitOf(kernel));
}

/** Frames that pfn_to_online_page() gives out. */
export function onlineLane(kernel: Kernel): Lane {
  const { arch } = kernel.profile;
  return yesLane('online', 'pfn_to_online_page', 'online', 'not online', onlinePfnRuns(kernel), arch.pageSize, unitOf(kernel));
}

function yesLane(
  id: string,
  title: string,
  yes: string,
  no: string,
  found: readonly PfnRange[],
  pageSize: number,
  unitBytes: number,
): Lane {
  const values = new LaneValues(no);
  const code = values.code('yes', () => ({ label: yes, letter: '1', paint: id === 'valid' ? PAINTS.sand : PAINTS.green }));
  const runs = found.map(({ startPfn, endPfn }) => ({ start: startPfn * pageSize, end: endPfn * pageSize, code }));
  return new Lane(id, title, values.all(), joinRuns(runs), unitBytes);
}
