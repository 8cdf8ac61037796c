/** A captured machine as one to boot: what firmware must have said for the machine to be what it is. */

import type { BootInput, E820Entry, E820Type, FirmwareRam, SratMemory } from '../kernel/boot/boot-map.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { archFromText } from './captured-profile.ts';
import type { BlockState, CapturedMachine, CapturedResource } from './captured-machine.ts';
import { layoutOf, type MachineLayout } from './machine-layout.ts';
import { memText, overlapping, sizeText } from './finding.ts';

export interface CapturedBlockState {
  readonly first: number;
  readonly last: number;
  readonly state: BlockState;
  readonly zones: string | undefined;
}

/** Everything needed to build a model machine like the captured one. */
export interface CapturedDescription {
  readonly boot: BootInput;
  /** For `resolveProfile(profileName, archName)`. */
  readonly profileName: string;
  readonly archName: string;
  /** The block size recorded; it wins over the rule. Undefined when only the rule can tell. */
  readonly memoryBlockSizeBytes: number | undefined;
  /** Recorded states, none of them `unknown`; blocks not listed are as boot leaves them. */
  readonly blockStates: readonly CapturedBlockState[];
  /** What was not recorded and had to be taken, one sentence each. */
  readonly assumed: readonly string[];
}

/** Top-level resources as the firmware's types; System RAM a driver added is not the firmware's. */
const TYPES: readonly (readonly [RegExp, E820Type])[] = [
  [/^System RAM$/, 'ram'],
  [/^ACPI Tables/, 'acpi'],
  [/^ACPI Non-volatile/, 'nvs'],
  [/^Unusable/, 'unusable'],
  [/^Persistent Memory \(legacy\)|^Persistent RAM/, 'pram'],
  [/^Persistent Memory/, 'pmem'],
  [/^Soft Reserved/, 'soft-reserved'],
  [/^reserved$/i, 'reserved'],
];

/** Undefined when no address of RAM is known: nothing can be booted from names alone. */
export function machineDescriptionOf(machine: CapturedMachine): CapturedDescription | undefined {
  const layout = layoutOf(machine);
  if (layout.from === undefined || layout.from === 'device list') return undefined;
  const assumed = [...layout.assumed];
  if (machine.bootInput !== undefined) {
    addedSince(layout, machine.bootInput.e820, assumed);
    return described(layout, machine.bootInput, assumed);
  }
  const { e820, pciWindows } = firmwareOf(layout, assumed);
  if (!e820.some(({ type }) => type === 'ram')) return undefined;
  const srat = machine.srat ?? sratFromBlocks(layout, e820, assumed);
  if (machine.cmdline === undefined) assumed.push('the kernel command line was not recorded; an empty one is taken');
  if (machine.hypervisor === undefined)
    assumed.push('nothing says whether this is a virtual machine; bare metal is taken');
  // What memmap= and mem= did is in /proc/iomem already: applied again it would be taken away twice.
  const given = machine.cmdline ?? '';
  const cmdline = layout.from === 'iomem' && !hasFirmwareMap(machine) ? withoutMapOptions(given, assumed) : given;
  const windows = pciWindows.length === 0 ? {} : { pciWindows };
  return described(layout, { e820, cmdline, srat, hypervisor: machine.hypervisor ?? false, ...windows }, assumed);
}

function described(layout: MachineLayout, boot: BootInput, assumed: string[]): CapturedDescription {
  const { machine } = layout;
  let memoryBlockSizeBytes = machine.blockSizeFrom === 'estimated' ? undefined : machine.blockSizeBytes;
  const section = 2 ** layout.arch.sectionSizeBits;
  if (memoryBlockSizeBytes !== undefined && memoryBlockSizeBytes < section) {
    const wanted = `blocks of ${sizeText(memoryBlockSizeBytes)} cannot be on ${layout.arch.name}`;
    assumed.push(`${wanted}, whose sections have ${sizeText(section)}: the usual size is taken`);
    memoryBlockSizeBytes = undefined;
  }
  return {
    boot: layout.arch.firmware === 'e820' ? boot : { ...boot, e820: [], ram: plainRamOf(boot) },
    profileName: layout.profile.name,
    archName: archNameOf(machine),
    memoryBlockSizeBytes,
    blockStates: (machine.blocks ?? [])
      .filter(({ state }) => state !== 'unknown')
      .map(({ first, last, state, zones }) => ({ first, last, state, zones })),
    assumed,
  };
}

/** The RAM where firmware has no e820 map; cut where the node changes, if nodes are known for all of it. */
function plainRamOf({ e820, srat }: BootInput): FirmwareRam[] {
  const ram = e820.filter(({ type }) => type === 'ram').map(({ start, end }) => ({ start, end }));
  const nodes = srat.toSorted((a, b) => a.start - b.start);
  const cut = ram.flatMap((range) =>
    nodes
      .filter(({ start, end }) => start < range.end && range.start < end)
      .map(({ start, end, nid }) => ({ start: Math.max(start, range.start), end: Math.min(end, range.end), nid })),
  );
  const sizeOf = (ranges: readonly FirmwareRam[]): number => ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return sizeOf(cut) === sizeOf(ram) ? cut : ram;
}

function archNameOf(machine: CapturedMachine): string {
  const name = machine.arch ?? archFromText(machine.kernelRelease ?? '') ?? 'x86_64';
  return Object.hasOwn(ARCHITECTURES, name) ? name : 'x86_64';
}

function hasFirmwareMap(machine: CapturedMachine): boolean {
  return machine.e820?.some(({ type }) => type === 'ram') === true;
}

/** System RAM the firmware's map does not have came after boot: it is named, not built. */
function addedSince(layout: MachineLayout, e820: readonly E820Entry[], assumed: string[]): void {
  if (layout.from !== 'iomem') return;
  const firmware = e820.filter(({ type }) => type === 'ram').sort((a, b) => a.start - b.start);
  for (const range of layout.ram) {
    let at = range.start;
    for (const entry of [...overlapping(firmware, range.start, range.end), { start: range.end, end: range.end }]) {
      if (entry.start > at) {
        const gap = { start: at, end: entry.start };
        assumed.push(
          `${range.label} ${memText(gap)} (${sizeText(gap.end - gap.start)}) is not in the ` +
            `firmware's map: it was added later and is not there after boot`,
        );
      }
      at = Math.max(at, entry.end);
    }
  }
}

/** The map as firmware gave it, or as it can be read back from what the kernel made of it. */
function firmwareOf(layout: MachineLayout, assumed: string[]): { e820: E820Entry[]; pciWindows: CapturedResource[] } {
  const pciWindows = layout.from === 'iomem' ? layout.resources.filter(({ name }) => name.startsWith('PCI Bus')) : [];
  if (hasFirmwareMap(layout.machine)) {
    const recorded = layout.machine.e820 as readonly E820Entry[];
    addedSince(layout, recorded, assumed);
    return { e820: [...recorded], pciWindows };
  }
  if (layout.from === 'blocks') {
    assumed.push('no address map was recorded: every block is taken to be RAM from end to end');
    const offline = layout.machine.blocks?.every(({ state }) => state === 'offline') === true;
    if (offline) assumed.push('every block is offline; they are taken to be there at boot all the same');
    return { e820: layout.ram.map(({ start, end }) => ({ start, end, type: 'ram' })), pciWindows };
  }
  const e820: E820Entry[] = [];
  const walk = (resource: CapturedResource): void => {
    const type = TYPES.find(([sign]) => sign.test(resource.name))?.[1];
    if (type !== undefined) e820.push({ start: resource.start, end: resource.end, type });
    // Firmware's own ranges may have been claimed by a bridge or a window that was inserted around them.
    else resource.children.forEach(walk);
    if (type !== 'ram' && type !== undefined) leftOut(resource, assumed);
  };
  layout.resources.forEach(walk);
  assumed.push('all System RAM of the map is taken to be there at boot');
  return { e820: withoutOverlap(e820), pciWindows };
}

/** Memory drivers added is not there at boot: say so, the user can add it with the commands that did. */
function leftOut(resource: CapturedResource, assumed: string[]): void {
  for (const child of resource.children) {
    if (/^System RAM/.test(child.name)) {
      assumed.push(
        `${child.name} ${memText(child)} (${sizeText(child.end - child.start)}) was added by a ` +
          'driver and is not there after boot',
      );
    } else leftOut(child, assumed);
  }
}

function withoutOverlap(entries: E820Entry[]): E820Entry[] {
  entries.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: E820Entry[] = [];
  for (const entry of entries) {
    const start = Math.max(entry.start, result.at(-1)?.end ?? 0);
    if (start < entry.end) result.push({ ...entry, start });
  }
  return result;
}

/** Nodes from the links of blocks: whole blocks, as the SRAT would have it if it were that coarse. */
function sratFromBlocks(layout: MachineLayout, e820: readonly E820Entry[], assumed: string[]): SratMemory[] {
  const { blocks, blockSize } = layout;
  if (blockSize === undefined || blocks.every(({ nodes }) => nodes === undefined || nodes.join() === '0')) return [];
  const srat: { start: number; end: number; nid: number; pxm: number; hotplug: boolean; nonVolatile: boolean }[] = [];
  for (const { first, last, nodes } of blocks) {
    if (nodes === undefined) continue;
    const nid = nodes.at(-1) as number;
    const start = first * blockSize;
    const end = (last + 1) * blockSize;
    if (nodes.length > 1)
      assumed.push(
        `memory block${first === last ? ` ${first}` : `s ${first}-${last}`} on nodes ` +
          `${nodes.join(', ')}: all of it is taken for node ${nid}, the border inside is not recorded`,
      );
    const before = srat.at(-1);
    if (before !== undefined && before.nid === nid && before.end === start) before.end = end;
    else srat.push({ start, end, nid, pxm: nid, hotplug: false, nonVolatile: false });
  }
  if (e820.length > 0) assumed.push('the nodes are read back from whole blocks: the SRAT was not recorded');
  return srat;
}

const MAP_OPTION = /(?:^|\s)(?:mem|memmap|efi_fake_mem)=\S+/g;

function withoutMapOptions(cmdline: string, assumed: string[]): string {
  const found = cmdline.match(MAP_OPTION);
  if (found === null) return cmdline;
  assumed.push(
    `${found.map((option) => `\`${option.trim()}\``).join(', ')} had shaped the map before it was ` +
      'read; left out of the command line',
  );
  return cmdline.replace(MAP_OPTION, '').trim();
}
