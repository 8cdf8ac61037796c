/** The made-up machine and the questions of the pfn_valid benchmark; bench/baseline.c makes the same ones. */

import { ARCHITECTURES, type ArchConstants } from '../src/kernel/profile/arch.ts';
import {
  SECTION_HAS_MEM_MAP, SECTION_IS_EARLY, SECTION_IS_ONLINE, SECTION_MARKED_PRESENT,
  SectionTable, USAGE_BOOT, USAGE_SLAB,
} from '../src/kernel/section-table.ts';

/** Questions in the random sweep. */
export const QUESTIONS = 2 ** 20;
/** Frames in the sequential one. */
export const WALK = 2 ** 22;

const PAGES_PER_GIB = 2 ** 18;

/** Draws 32-bit words: a counter through a murmur finaliser (xorshift words depend on one another). */
export function drawer(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

export interface MadeUpMachine {
  readonly sections: SectionTable;
  readonly pages: number;
  /** Page frame numbers, drawn over the whole machine. */
  readonly questions: Float64Array;
}

/** One section in ten is absent, four are early, five hot-added with a random sub-section map. */
export function madeUpMachine(sizeGiB: number): MadeUpMachine {
  const arch = ARCHITECTURES['x86_64'] as ArchConstants;
  const sections = new SectionTable(arch);
  const draw = drawer(1);
  const pages = sizeGiB * PAGES_PER_GIB;
  for (let nr = 0; nr < pages / arch.pagesPerSection; nr++) {
    const kind = draw() % 10;
    const low = draw();
    const high = draw();
    if (kind === 0) continue;
    const early = kind < 5;
    const flags = SECTION_MARKED_PRESENT + SECTION_HAS_MEM_MAP + SECTION_IS_ONLINE + (early ? SECTION_IS_EARLY : 0);
    sections.setFlags(nr, flags);
    sections.setUsage(nr, early ? USAGE_BOOT : USAGE_SLAB);
    if (early) {
      sections.writeSubsections(nr, 0, 63, true);
    } else {
      writeWord(sections, nr, 0, low);
      writeWord(sections, nr, 32, high);
    }
  }
  const questions = new Float64Array(QUESTIONS);
  for (let i = 0; i < QUESTIONS; i++) {
    const high = draw();
    const low = draw();
    questions[i] = ((high % 2 ** 21) * 2 ** 32 + low) % pages;
  }
  return { sections, pages, questions };
}

/** Sets the runs of ones in `word`. */
function writeWord(sections: SectionTable, nr: number, first: number, word: number): void {
  for (let bit = 0; bit < 32; ) {
    if (((word >>> bit) & 1) === 0) {
      bit++;
      continue;
    }
    let end = bit;
    while (end < 31 && ((word >>> (end + 1)) & 1) === 1) end++;
    sections.writeSubsections(nr, first + bit, first + end, true);
    bit = end + 1;
  }
}
