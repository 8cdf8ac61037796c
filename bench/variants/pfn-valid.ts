/** `pfn-valid SIZE_GIB random|sequential`: pfnValid over the made-up machine. */

import { pfnValid } from '../../src/kernel/pfn.ts';
import type { SectionTable } from '../../src/kernel/section-table.ts';
import { madeUpMachine, QUESTIONS, WALK } from '../made-up-machine.ts';
import { report } from '../report.ts';

function ask(sections: SectionTable, questions: Float64Array): number {
  let valid = 0;
  for (let i = 0; i < questions.length; i++) valid += +pfnValid(sections, questions[i] as number);
  return valid;
}

function walk(sections: SectionTable, startPfn: number, endPfn: number): number {
  let valid = 0;
  for (let pfn = startPfn; pfn < endPfn; pfn++) valid += +pfnValid(sections, pfn);
  return valid;
}

const [sizeGiB = '64', mode = 'random'] = process.argv.slice(2);
const { sections, pages, questions } = madeUpMachine(Number(sizeGiB));
const start = pages / 4;
await (mode === 'random'
  ? report(() => ask(sections, questions), QUESTIONS)
  : report(() => walk(sections, start, start + WALK), WALK));
