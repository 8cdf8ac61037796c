/** Everything the model knows of one page frame, and why: each answer with the questions it came from. */

import { ZONE_NAMES } from '../../kernel/boot/boot-map.ts';
import { MEM_ONLINE } from '../../kernel/block-table.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { validZones } from '../../kernel/memory-block.ts';
import { vmemAltmapOffset } from '../../kernel/altmap.ts';
import { earlySection, onlineDeviceSection, onlineSection, pfnInPresentSection, pfnSectionValid, pfnToOnlinePage, pfnValid, validSection } from '../../kernel/pfn.ts';
import type { Resource } from '../../kernel/resource.ts';
import { USAGE_BOOT, USAGE_NONE } from '../../kernel/section-table.ts';
import { linkNid, linkZone } from '../../kernel/zone.ts';
import { hex } from '../../kernel/units.ts';
import { addressRange } from '../../view/ranges.ts';
import { flagLetters } from '../../view/row.ts';
import { shortSize } from '../../view/size.ts';

/** One line about a frame. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  /** What else there is to say, or the questions the answer came from. */
  readonly notes: readonly string[];
}

/** A frame's place in its section: for the close-up. */
export interface FramePlace {
  readonly pfn: number;
  readonly sectionNr: number;
  readonly subsection: number;
  readonly blockId: number;
}

export function placeOf(kernel: Kernel, address: number): FramePlace {
  const { sections } = kernel;
  const pfn = Math.min(Math.floor(Math.max(0, address) / kernel.profile.arch.pageSize), sections.endPfn - 1);
  return {
    pfn,
    sectionNr: sections.sectionNr(pfn),
    subsection: sections.subsectionIndex(pfn),
    blockId: Math.floor(pfn / kernel.blockPages),
  };
}

/** The facts, from the frame's address to what holds it. `owner` is what the map shows there. */
export function factsOf(kernel: Kernel, address: number, owner: string): Fact[] {
  const place = placeOf(kernel, address);
  const { pfn } = place;
  return [
    { name: 'frame', value: `pfn ${hex(pfn)}`, notes: [`page at ${hex(pfn * kernel.profile.arch.pageSize)}, ${pfn} in decimal`] },
    { name: 'owner', value: owner, notes: [] },
    validFact(kernel, pfn),
    onlineFact(kernel, pfn),
    sectionFact(kernel, place),
    ...subsectionFacts(kernel, place),
    blockFact(kernel, place),
    linkFact(kernel, pfn),
    ...pgmapFacts(kernel, pfn),
    resourceFact(kernel, address),
  ];
}

function asks(name: string, answer: boolean): string {
  return `${name}: ${answer ? 'yes' : 'no'}`;
}

function validFact({ sections, profile }: Kernel, pfn: number): Fact {
  const notes = [asks('valid_section', validSection(sections, pfn))];
  if (profile.does.sectionIsEarly) notes.push(asks('early_section', earlySection(sections, pfn)));
  if (profile.does.subsectionHotplug) notes.push(asks('pfn_section_valid', pfnSectionValid(sections, pfn)));
  return { name: 'pfn_valid', value: pfnValid(sections, pfn) ? 'yes' : 'no', notes };
}

function onlineFact(kernel: Kernel, pfn: number): Fact {
  const { sections, profile } = kernel;
  const notes = [asks('online_section', onlineSection(sections, pfn))];
  if (profile.does.taintZoneDevice) {
    notes.push(asks('pfn_section_valid', pfnSectionValid(sections, pfn)));
    notes.push(asks('online_device_section', onlineDeviceSection(sections, pfn)));
    notes.push(asks('a device maps it', kernel.pgmapAt.get(pfn) !== undefined));
  }
  return { name: 'pfn_to_online_page', value: pfnToOnlinePage(kernel, pfn) ? 'a page' : 'NULL', notes };
}

const FLAG_WORDS = ['present', 'has memmap', 'online', 'early', 'ZONE_DEVICE taint'] as const;

function sectionFact({ sections, profile }: Kernel, { pfn, sectionNr }: FramePlace): Fact {
  const flags = sections.flags(sectionNr);
  if (!pfnInPresentSection(sections, pfn)) return { name: 'section', value: `${sectionNr}, not present`, notes: [] };
  const letters = flagLetters(flags);
  const words = FLAG_WORDS.filter((_, bit) => letters[bit] !== '-');
  const usage = sections.usage(sectionNr);
  const from = usage === USAGE_NONE ? 'none' : usage === USAGE_BOOT ? 'from boot' : 'from hotplug';
  const size = profile.arch.pagesPerSection * profile.arch.pageSize;
  const range = addressRange(sectionNr * size, (sectionNr + 1) * size, 8);
  return { name: 'section', value: `${sectionNr}  ${letters}`, notes: [range, words.join(', '), `usage map: ${from}`] };
}

function subsectionFacts({ sections, profile }: Kernel, { sectionNr, subsection }: FramePlace): Fact[] {
  if (!profile.does.subsectionHotplug) return [{ name: 'sub-section', value: 'not on this kernel', notes: ['a section has one owner here'] }];
  const bit = sections.subsectionBit(sectionNr, subsection) ? 'bit set' : 'bit clear';
  const count = sections.countSubsections(sectionNr);
  return [{ name: 'sub-section', value: `${subsection}, ${bit}`, notes: [`${count} of ${sections.subsectionsPerSection} in use`] }];
}

function blockFact(kernel: Kernel, { blockId }: FramePlace): Fact {
  const block = kernel.blocks.get(blockId);
  if (block === undefined) return { name: 'memory block', value: `none (would be memory${blockId})`, notes: [] };
  const state = block.state === MEM_ONLINE ? 'online' : 'offline';
  const notes = [`valid_zones: ${validZones(kernel, blockId)}`];
  const nodes = kernel.blocks.nodesOf(blockId);
  if (nodes.length > 0) notes.push(`under node ${nodes.join(', ')}`);
  if (block.group >= 0) notes.push(`memory group ${block.group}`);
  if (block.memmapPages > 0) notes.push(`its first ${shortSize(block.memmapPages * kernel.profile.arch.pageSize)} hold its own memmap`);
  return { name: 'memory block', value: `memory${blockId}, ${state}`, notes: [...notes, `blocks of ${shortSize(kernel.memoryBlockSizeBytes)}`] };
}

function linkFact(kernel: Kernel, pfn: number): Fact {
  const link = pfnValid(kernel.sections, pfn) ? kernel.pageLinks.get(pfn) : undefined;
  if (link === undefined) return { name: 'zone, node', value: 'no struct page', notes: [] };
  return { name: 'zone, node', value: `${ZONE_NAMES[linkZone(link)]}, node ${linkNid(link)}`, notes: [] };
}

function pgmapFacts(kernel: Kernel, pfn: number): Fact[] {
  const id = kernel.pgmapAt.get(pfn);
  const pgmap = id === undefined ? undefined : kernel.pgmaps.get(id);
  if (pgmap === undefined) return [];
  const notes = pgmap.ranges.map(({ start, end }) => addressRange(start, end, 8));
  if (pgmap.altmap !== undefined) {
    const { basePfn } = pgmap.altmap;
    const set = vmemAltmapOffset(pgmap.altmap);
    const inside = pfn < basePfn + set ? 'this frame is of them' : 'this frame is data';
    notes.push(`its first ${shortSize(set * kernel.profile.arch.pageSize)} hold info block and memmap; ${inside}`);
  }
  return [{ name: 'device mapping', value: `${pgmap.owner} (${pgmap.type})`, notes }];
}

function resourceFact(kernel: Kernel, address: number): Fact {
  const chain: Resource[] = [];
  for (let at: Resource | undefined = kernel.iomem; at !== undefined; ) {
    at = at.children.find(({ start, end }) => start <= address && address < end);
    if (at !== undefined) chain.push(at);
  }
  const [innermost] = chain.slice(-1);
  if (innermost === undefined) return { name: 'resource', value: 'none', notes: [] };
  return {
    name: 'resource',
    value: innermost.name,
    notes: chain.map(({ start, end, name }, depth) => `${'  '.repeat(depth)}${addressRange(start, end, 8)} : ${name}`),
  };
}
