/** `hotplug WHAT`: adds and removes one piece of memory just above 60 GiB of RAM. */

import { addPages, removePages } from '../../src/kernel/add-pages.ts';
import { MMOP_OFFLINE } from '../../src/kernel/block-table.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { addMemory } from '../../src/kernel/memory-hotplug.ts';
import { removeMemory } from '../../src/kernel/memory-remove.ts';
import { memremapPages, memunmapPages } from '../../src/kernel/memremap.ts';

import { GiB, MiB } from '../../src/kernel/units.ts';
import { bigMachine } from '../big-machine.ts';
import { report } from '../report.ts';

const START = 64 * GiB;
const START_PFN = START / 4096;
const SECTION = 32768;
const SUBSECTION = 512;
const TIMES = 100;

/** Throws when the model refuses: a refusal is quick and would pass for speed. */
function must(error: number): void {
  if (error < 0) throw new Error(`refused with ${error}`);
}

function pages(kernel: Kernel, nrPages: number): void {
  must(addPages(kernel, START_PFN, nrPages, undefined, undefined));
  removePages(kernel, START_PFN, nrPages, undefined, undefined);
}

const PIECES: Record<string, (kernel: Kernel) => void> = {
  section: (kernel) => pages(kernel, SECTION),
  'section-explained': (kernel) => pages(kernel, SECTION),
  subsection: (kernel) => pages(kernel, SUBSECTION),
  'add-memory': (kernel) => {
    must(addMemory(kernel, 0, START, 128 * MiB, {}));
    must(removeMemory(kernel, START, 128 * MiB));
  },
  memremap: (kernel) => {
    const id = memremapPages(kernel, {
      type: 'generic',
      owner: 'bench',
      ranges: [{ start: START, end: START + 2 * MiB }],
      altmap: undefined,
      vmemmapShift: 0,
      nid: 0,
    });
    must(id);
    memunmapPages(kernel, id);
  },
};

const what = process.argv[2] ?? 'section';
const piece = PIECES[what];
if (piece === undefined) throw new Error(`no such piece: ${what}`);
const kernel = bigMachine(60);
kernel.params = { ...kernel.params, defaultOnlineType: MMOP_OFFLINE };
let heard = 0;
if (what === 'section-explained') kernel.explain = () => void heard++;

await report(() => {
  for (let i = 0; i < TIMES; i++) {
    piece(kernel);
    // The log would grow without end.
    kernel.log = undefined;
  }
  return TIMES;
}, TIMES);
