/** Which page frames a kernel shows as online, read anew only where something may have changed. */

import type { Guest } from './guest.ts';
import type { SectionRunRecord } from './recording.ts';

/** Bytes of an entry of /proc/kpageflags. */
const ENTRY = 8;
/** SECTION_TAINT_ZONE_DEVICE: pages of such a section may come and go with a device and leave no trace in the table. */
const MAY_CHANGE_UNSEEN = 16;

interface PageRun {
  startPfn: number;
  endPfn: number;
}

/** Half-open range of sections. */
interface SectionRange {
  first: number;
  end: number;
}

/** Remembers what it read: reading the whole of /proc/kpageflags takes an emulated processor seconds. */
export class GuestPages {
  #runs: PageRun[] = [];
  #sections: Map<number, string> | undefined;

  /** The runs as recordings hold them. `afresh` reads the whole file; else what may have changed since the last time. */
  async read(guest: Guest, sections: readonly SectionRunRecord[], afresh = false): Promise<string[]> {
    const now = bySection(sections);
    const before = this.#sections;
    // The file's end moves with the highest page frame: then all sections are asked again.
    const grown = before !== undefined && highest(now) !== highest(before);
    if (before === undefined || afresh) this.#runs = await scan(guest, undefined);
    else {
      const all = new Set([...before.keys(), ...now.keys()]);
      const asked = [...all].filter((nr) => grown || now.get(nr) !== before.get(nr) || mayChangeUnseen(now.get(nr)));
      for (const range of rangesOf(asked)) this.#put(range, guest.arch.pagesPerSection, await scan(guest, range));
    }
    this.#sections = now;
    return this.#runs.map(({ startPfn, endPfn }) => `${startPfn.toString(16)}-${endPfn.toString(16)}`);
  }

  #put(range: SectionRange, pagesPerSection: number, fresh: readonly PageRun[]): void {
    const start = range.first * pagesPerSection;
    const end = range.end * pagesPerSection;
    const kept = this.#runs.flatMap((run) => [
      { startPfn: run.startPfn, endPfn: Math.min(run.endPfn, start) },
      { startPfn: Math.max(run.startPfn, end), endPfn: run.endPfn },
    ]);
    this.#runs = joined([...kept.filter((run) => run.startPfn < run.endPfn), ...fresh]);
  }
}

/** Asks the guest about a range of sections, or all. */
async function scan(guest: Guest, range: SectionRange | undefined): Promise<PageRun[]> {
  const { pagesPerSection } = guest.arch;
  const words = range === undefined ? '' : ` ${range.first} ${range.end - range.first} ${pagesPerSection * ENTRY}`;
  const { output } = await guest.fetch(`memhp-pages${words}`);
  return pageRuns(output, (range?.first ?? 0) * pagesPerSection);
}

/** From lines `OFFSET 1|0` where entries begin or cease to say NOPAGE, and `OFFSET end`; offsets in hexadecimal bytes. */
export function pageRuns(lines: readonly string[], basePfn: number): PageRun[] {
  const runs: PageRun[] = [];
  let startPfn: number | undefined;
  for (const line of lines) {
    const [offset = '', what] = line.split(' ');
    const pfn = basePfn + parseInt(offset, 16) / ENTRY;
    if (what === '0') startPfn ??= pfn;
    else {
      if (startPfn !== undefined && pfn > startPfn) runs.push({ startPfn, endPfn: pfn });
      startPfn = undefined;
    }
  }
  return runs;
}

function bySection(runs: readonly SectionRunRecord[]): Map<number, string> {
  const sections = new Map<number, string>();
  for (const { first, last, flags, subsections } of runs) {
    for (let nr = first; nr <= last; nr++) sections.set(nr, `${flags} ${subsections ?? ''}`);
  }
  return sections;
}

function mayChangeUnseen(section: string | undefined): boolean {
  return section !== undefined && Math.floor(parseInt(section, 10) / MAY_CHANGE_UNSEEN) % 2 === 1;
}

function highest(sections: ReadonlyMap<number, string>): number {
  return [...sections.keys()].reduce((most, nr) => Math.max(most, nr), -1);
}

function rangesOf(sections: readonly number[]): SectionRange[] {
  const ranges: SectionRange[] = [];
  for (const nr of [...sections].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.end === nr) last.end = nr + 1;
    else ranges.push({ first: nr, end: nr + 1 });
  }
  return ranges;
}

function joined(runs: readonly PageRun[]): PageRun[] {
  const whole: PageRun[] = [];
  for (const run of [...runs].sort((a, b) => a.startPfn - b.startPfn)) {
    const last = whole.at(-1);
    if (last?.endPfn === run.startPfn) last.endPfn = run.endPfn;
    else whole.push({ ...run });
  }
  return whole;
}
