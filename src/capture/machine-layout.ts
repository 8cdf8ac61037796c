/** Where things lie in a captured machine, from the best source that tells: what findings and pictures are made of. */

import { alignDown, alignUp, type ByteRange } from '../kernel/units.ts';
import { boot } from '../kernel/boot/boot.ts';
import { ZONE_NAMES, type BootMap } from '../kernel/boot/boot-map.ts';
import { probeMemoryBlockSize } from '../kernel/boot/block-size.ts';
import type {
  BlockSizeFrom,
  CapturedBlockRun,
  CapturedMachine,
  CapturedResource,
  CapturedZone,
} from './captured-machine.ts';
import { profileOf, type CapturedProfile } from './captured-profile.ts';
import { sizeText } from './finding.ts';
import { deviceRanges, disjoint, ownedRanges, type CapturedOwner, type OwnedRange } from './resource-owner.ts';

export interface MachineLayout extends CapturedProfile {
  readonly machine: CapturedMachine;
  /** What told the addresses; undefined when nothing did. */
  readonly from: 'iomem' | 'firmware map' | 'blocks' | 'device list' | undefined;
  /** Resources as /proc/iomem has them, or made from what there is. */
  readonly resources: readonly CapturedResource[];
  /** Disjoint, sorted. */
  readonly owned: readonly OwnedRange[];
  /** System RAM in whole pages: disjoint, sorted, touching ranges of one kind joined. */
  readonly ram: readonly OwnedRange[];
  /** Whole devices with memory: persistent ranges, Soft Reserved, dax. Sorted. */
  readonly devices: readonly OwnedRange[];
  readonly blockSize: number | undefined;
  readonly blockSizeFrom: BlockSizeFrom | 'rule' | undefined;
  readonly blocks: readonly CapturedBlockRun[];
  /** The blocks follow from the map; nobody recorded them. */
  readonly blocksInferred: boolean;
  readonly zones: readonly CapturedZone[];
  /** The zones are what the model's boot makes of a boot log; nobody recorded them. */
  readonly zonesPredicted: boolean;
}

const RAM: ReadonlySet<CapturedOwner> = new Set(['ram', 'kmem', 'virtio-mem']);

export function isRamOwner(kind: CapturedOwner): boolean {
  return RAM.has(kind);
}

const E820_NAMES: Readonly<Record<string, string>> = {
  ram: 'System RAM',
  acpi: 'ACPI Tables',
  nvs: 'ACPI Non-volatile Storage',
  unusable: 'Unusable memory',
  pmem: 'Persistent Memory',
  pram: 'Persistent Memory (legacy)',
  'soft-reserved': 'Soft Reserved',
};

/** Cost follows the number of resources and runs of blocks, not the memory. */
export function layoutOf(machine: CapturedMachine): MachineLayout {
  const profile = profileOf(machine);
  const bootMap =
    machine.bootInput === undefined || machine.iomem?.masked === false
      ? undefined
      : boot(machine.bootInput, profile.profile);
  const { from, resources } = resourcesOf(machine, bootMap);
  const owned = ownedRanges(resources);
  const ram = wholePages(
    owned.filter(({ kind }) => isRamOwner(kind)),
    profile.arch.pageSize,
  );
  const size = blockSizeOf(machine, profile, owned, from);
  const recorded = machine.blocks;
  return {
    ...profile,
    assumed: [...profile.assumed, ...(size.assumed === undefined ? [] : [size.assumed])],
    machine,
    from,
    resources,
    owned,
    ram,
    devices: from === 'blocks' ? [] : deviceRanges(resources),
    blockSize: size.bytes,
    blockSizeFrom: size.from,
    blocks: recorded ?? (size.bytes === undefined ? [] : inferBlocks(ram, size.bytes)),
    blocksInferred: recorded === undefined,
    zones: machine.zones ?? zonesOfBoot(bootMap),
    zonesPredicted: machine.zones === undefined && bootMap !== undefined,
  };
}

function resourcesOf(
  machine: CapturedMachine,
  bootMap: BootMap | undefined,
): Pick<MachineLayout, 'from' | 'resources'> {
  if (machine.iomem !== undefined && !machine.iomem.masked) return { from: 'iomem', resources: machine.iomem.roots };
  const plain = (range: ByteRange, name: string): CapturedResource => ({
    start: range.start,
    end: range.end,
    name,
    line: 0,
    children: [],
  });
  // What `mem=` and `memmap=` make of the firmware's map, where the log tells enough to play boot again.
  const e820 = bootMap?.e820 ?? machine.e820;
  if (e820 !== undefined) {
    return { from: 'firmware map', resources: e820.map((entry) => plain(entry, E820_NAMES[entry.type] ?? 'Reserved')) };
  }
  const size = machine.blockSizeBytes;
  if (machine.blocks !== undefined && size !== undefined) {
    const whole = machine.blocks.map((run) =>
      plain({ start: run.first * size, end: (run.last + 1) * size }, 'System RAM'),
    );
    return { from: 'blocks', resources: whole };
  }
  const devices = (machine.devices ?? []).flatMap((device) =>
    device.start === undefined || device.sizeBytes === undefined || device.sizeBytes === 0
      ? []
      : [
          plain(
            { start: device.start, end: device.start + device.sizeBytes },
            device.kind === 'region' ? `region ${device.name}` : device.name,
          ),
        ],
  );
  return devices.length === 0 ? { from: undefined, resources: [] } : { from: 'device list', resources: devices };
}

function zonesOfBoot(bootMap: BootMap | undefined): CapturedZone[] {
  return (bootMap?.nodes ?? []).flatMap(({ nid, zones }) =>
    zones.flatMap(({ startPfn, spanned, present }, index) =>
      spanned === 0 ? [] : [{ nid, name: ZONE_NAMES[index] as string, startPfn, spanned, present, managed: undefined }],
    ),
  );
}

/** Memory in parts of a page is never used: the kernel trims each range of RAM to whole pages. */
function wholePages(ranges: readonly OwnedRange[], pageSize: number): OwnedRange[] {
  const joined = disjoint(
    ranges.map((range) => ({ ...range, label: range.kind === 'ram' ? 'System RAM' : range.label })),
  );
  return joined
    .map((range) => ({ ...range, start: alignUp(range.start, pageSize), end: alignDown(range.end, pageSize) }))
    .filter((range) => range.start < range.end);
}

function blockSizeOf(
  machine: CapturedMachine,
  { profile, arch }: CapturedProfile,
  owned: readonly OwnedRange[],
  from: MachineLayout['from'],
): { bytes: number | undefined; from: MachineLayout['blockSizeFrom']; assumed?: string } {
  if (machine.blockSizeBytes !== undefined) return { bytes: machine.blockSizeBytes, from: machine.blockSizeFrom };
  const end = endOfRam(owned);
  if (from === undefined || from === 'device list' || end === undefined) return { bytes: undefined, from: undefined };
  const hypervisor = machine.hypervisor ?? false;
  const bytes = probeMemoryBlockSize(profile, end, hypervisor);
  const other = probeMemoryBlockSize(profile, end, !hypervisor);
  const doubt =
    machine.hypervisor === undefined && other !== bytes
      ? `, taking it for ${hypervisor ? 'a virtual machine' : 'bare metal'} (else ${sizeText(other)})`
      : '';
  return {
    bytes,
    from: 'rule',
    assumed: `the block size, not recorded, is ${sizeText(bytes)} by the rule of ${arch.name} kernels${doubt}`,
  };
}

/** End of the highest System RAM that may have been there at boot. */
export function endOfRam(owned: readonly OwnedRange[]): number | undefined {
  return owned.findLast(({ kind }) => kind === 'ram')?.end;
}

/** Blocks are made for every section that holds RAM; states and zones stay unknown. */
function inferBlocks(ram: readonly OwnedRange[], blockSize: number): CapturedBlockRun[] {
  const runs: {
    first: number;
    last: number;
    state: 'unknown';
    zones: undefined;
    nodes: undefined;
    removable: undefined;
  }[] = [];
  for (const range of ram) {
    const first = Math.floor(range.start / blockSize);
    const last = Math.ceil(range.end / blockSize) - 1;
    const run = runs.at(-1);
    if (run !== undefined && first <= run.last + 1) run.last = Math.max(run.last, last);
    else runs.push({ first, last, state: 'unknown', zones: undefined, nodes: undefined, removable: undefined });
  }
  return runs;
}
