/** The sections that follow from who owns what, for machines whose section table nobody read. */

import { isRam, type PictureSections, type Segment } from './picture.ts';

/**
 * Sections touched by System RAM or a mapped device, a bit for each sub-section touched; flags unknown.
 * Cost follows the number of segments, not of sections.
 */
export function sectionsOf(segments: readonly Segment[], sectionSize: number, subsectionSize: number): PictureSections[] {
  const perSection = Math.max(1, Math.floor(sectionSize / subsectionSize));
  const runs: PictureSections[] = [];
  for (const { start, end, kind } of segments) {
    if (!isRam(kind) && kind !== 'device') continue;
    const firstBit = Math.floor(start / subsectionSize);
    const lastBit = Math.ceil(end / subsectionSize) - 1;
    const first = Math.floor(firstBit / perSection);
    const last = Math.floor(lastBit / perSection);
    const head = firstBit - first * perSection;
    const tail = lastBit - last * perSection;
    if (first === last) {
      add(runs, first, last, words(head, tail, perSection));
      continue;
    }
    add(runs, first, first, words(head, perSection - 1, perSection));
    if (last - first > 1) add(runs, first + 1, last - 1, words(0, perSection - 1, perSection));
    add(runs, last, last, words(0, tail, perSection));
  }
  return runs;
}

function add(runs: PictureSections[], first: number, last: number, bits: readonly number[]): void {
  const tail = runs[runs.length - 1];
  if (tail !== undefined && tail.last === first) {
    // Two owners in one section: the run before it holds that section alone, or ends before it.
    const both = (tail.subsections ?? []).map((word, index) => (word | (bits[index] ?? 0)) >>> 0);
    runs.pop();
    if (tail.first < tail.last) runs.push({ ...tail, last: tail.last - 1 });
    append(runs, first, first, both);
    if (last > first) append(runs, first + 1, last, bits);
    return;
  }
  append(runs, first, last, bits);
}

function append(runs: PictureSections[], first: number, last: number, subsections: readonly number[]): void {
  const tail = runs[runs.length - 1];
  const same = tail?.subsections?.every((word, index) => word === subsections[index]) === true;
  if (tail !== undefined && same && tail.last + 1 === first) {
    runs[runs.length - 1] = { ...tail, last };
    return;
  }
  runs.push({ first, last, flags: undefined, subsections });
}

// 32-bit words with the bits `from` to `to` set, both included.
function words(from: number, to: number, count: number): number[] {
  return Array.from({ length: Math.ceil(count / 32) }, (_, index) => {
    let word = 0;
    for (let bit = Math.max(from, index * 32); bit <= Math.min(to, index * 32 + 31); bit++) word += 2 ** (bit % 32);
    return word;
  });
}
