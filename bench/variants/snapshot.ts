/** `snapshot SIZE_GIB`: keeps the sections, adds one sub-section's bit, goes back. */

import { madeUpMachine } from '../made-up-machine.ts';
import { report } from '../report.ts';

const { sections, pages } = madeUpMachine(Number(process.argv[2] ?? 64));
const nr = pages / sections.pagesPerSection / 2;
const TIMES = 1000;

await report(() => {
  let bits = 0;
  for (let i = 0; i < TIMES; i++) {
    const kept = sections.snapshot();
    sections.writeSubsections(nr + (i % 64), i % 64, i % 64, true);
    bits += sections.countSubsections(nr);
    sections.restore(kept);
  }
  return bits;
}, TIMES);
