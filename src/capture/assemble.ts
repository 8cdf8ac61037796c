/** Puts what several sources tell about one machine together, and says what is still not known. */

import type { BlockSizeFrom, CapturedMachine, CapturedPart } from './captured-machine.ts';
import { archFromResources, archFromText } from './captured-profile.ts';
import { countBlocks } from './block-runs.ts';

/** A part with the name of where it came from. */
export interface NamedPart {
  readonly name: string;
  readonly part: CapturedPart;
}

/** Facets of which a machine has one: a second one belongs to another machine. */
const SINGLE = ['iomem', 'blocks', 'e820', 'zones', 'cmdline', 'memTotal'] as const;

/** Groups parts, in order, into machines: a part joins the last machine unless it brings what that one has already. */
export function assembleMachines(parts: readonly NamedPart[]): CapturedMachine[] {
  const groups: NamedPart[][] = [];
  for (const one of parts) {
    const group = groups.at(-1);
    const clashes = group?.some(({ part }) =>
      SINGLE.some((facet) => part[facet] !== undefined && one.part[facet] !== undefined),
    );
    if (group === undefined || clashes === true) groups.push([one]);
    else group.push(one);
  }
  return groups.map(assemble);
}

function assemble(parts: readonly NamedPart[]): CapturedMachine {
  let all: CapturedPart = { sources: [], notes: [] };
  for (const { part } of parts) {
    all = {
      ...part,
      ...all,
      sources: [...all.sources, ...part.sources],
      notes: [...all.notes, ...part.notes],
      ...(all.devices !== undefined && part.devices !== undefined
        ? { devices: [...all.devices, ...part.devices] }
        : {}),
    };
  }
  all = { ...all, ...guessArch(all), ...estimateBlockSize(all) };
  return { ...all, name: [...new Set(parts.map(({ name }) => name))].join(' + '), unknown: unknownOf(all) };
}

function guessArch(part: CapturedPart): Pick<CapturedPart, 'arch'> {
  if (part.arch !== undefined) return {};
  const names = (part.iomem?.roots ?? []).flatMap((root) => [root.name, ...root.children.map((child) => child.name)]);
  const arch = archFromText(part.kernelRelease ?? '') ?? archFromResources(names);
  return arch === undefined ? {} : { arch };
}

/** Without block_size_bytes, MemTotal bounds it from below: the blocks hold it. Not all may be linked to nodes. */
function estimateBlockSize(part: CapturedPart): { blockSizeBytes?: number; blockSizeFrom?: BlockSizeFrom } {
  if (part.blockSizeBytes !== undefined || part.blocks === undefined) return {};
  const sizes = part.nodes?.map((node) => node.memTotal ?? 0) ?? [];
  const total = part.memTotal ?? sizes.reduce((sum, size) => sum + size, 0);
  const linked = new Set(part.blocks.flatMap((run) => run.nodes ?? []));
  const complete = part.nodes?.every(({ nid, memTotal }) => linked.has(nid) || memTotal === 0) !== false;
  const count = complete ? countBlocks(part.blocks) : (part.blocks.at(-1)?.last ?? 0) + 1;
  const each = total / count;
  if (!(each >= 2 ** 23)) return {};
  return { blockSizeBytes: 2 ** Math.ceil(Math.log2(each)), blockSizeFrom: 'estimated' };
}

/** Nodes that say they have memory and that no block names: the record of blocks is incomplete, or the kernel's own. */
function nodesWithoutBlocks({ blocks, nodes }: CapturedPart): number[] {
  const linked = new Set(blocks?.flatMap((run) => run.nodes ?? []));
  if (linked.size === 0) return [];
  return (nodes ?? []).filter(({ nid, memTotal }) => (memTotal ?? 0) > 0 && !linked.has(nid)).map(({ nid }) => nid);
}

/** What a reader of the report must not take for granted. */
function unknownOf(part: CapturedPart): string[] {
  const unknown: string[] = [];
  if (part.iomem === undefined && part.e820 === undefined) {
    unknown.push('the address map (/proc/iomem): which parts of a block are RAM, and what lies between');
  } else if (part.iomem?.masked === true) {
    unknown.push('every address: /proc/iomem was read without CAP_SYS_ADMIN, so it names what there is but not where');
  }
  if (part.iomem !== undefined && !part.iomem.masked && part.e820 === undefined) {
    unknown.push('which System RAM was there at boot and which was added later: /proc/iomem does not tell');
  }
  if (part.blocks === undefined)
    unknown.push('the states, zones and nodes of memory blocks (/sys/devices/system/memory)');
  else {
    if (part.blocks.every((run) => run.state === 'unknown')) unknown.push('whether the blocks are online or offline');
    if (part.blocks.every((run) => run.zones === undefined)) unknown.push('the zones of the blocks (no valid_zones)');
    const bare = nodesWithoutBlocks(part);
    if (bare.length > 0) {
      unknown.push(
        `the blocks of node${bare.length === 1 ? '' : 's'} ${bare.join(', ')}: memory there, but no block links it`,
      );
    }
    if (part.blocks.every((run) => run.nodes === undefined))
      unknown.push('the NUMA nodes of the blocks (no node links)');
  }
  if (part.blockSizeBytes === undefined) unknown.push('the memory block size (block_size_bytes)');
  else if (part.blockSizeFrom === 'estimated') {
    unknown.push(
      'the memory block size for certain: it is the smallest power of two that lets the blocks hold MemTotal',
    );
  }
  if (part.zones === undefined) unknown.push('zone spans and page counts (/proc/zoneinfo)');
  if (part.kernelRelease === undefined) unknown.push('the kernel release');
  return unknown;
}
