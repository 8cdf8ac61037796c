/** Adding System RAM: every check in the kernel's order, and what is undone when one fails. */

import { archAddMemory, archRemoveMemory, mhpRangeAllowed } from './add-pages.ts';
import { makeAltmap } from './altmap.ts';
import { ONLINE_TYPE_NAMES } from './block-table.ts';
import { E2BIG, EEXIST, EINVAL, type Errno } from './errno.ts';
import type { CheckPoint } from './explain.ts';
import { checkHotplugMemoryRange } from './hotplug-range.ts';
import type { Kernel } from './kernel.ts';
import { createMemoryBlockDevices, deviceOnline, linkMemSections, memoryBlocksIn } from './memory-block.ts';
import { removeMemoryBlocksAndAltmaps } from './memory-remove.ts';
import {
  IORESOURCE_SYSRAM_DRIVER_MANAGED,
  IORESOURCE_SYSTEM_RAM,
  mergeSystemRamResource,
  releaseRegion,
  requestRegion,
  type Attempt,
} from './resource.ts';
import { alignUp, hex, hexPadded, isAligned, overlaps, NUMA_NO_NODE, type Nid, type PhysAddr } from './units.ts';
import { emptyNode, setNode } from './zone.ts';

/**
 * What the caller of add_memory() asks for beside the range.
 * @kernel include/linux/memory_hotplug.h: mhp_t
 */
export interface MhpFlags {
  /** MHP_MERGE_RESOURCE */
  readonly mergeResource?: boolean;
  /** MHP_MEMMAP_ON_MEMORY */
  readonly memmapOnMemory?: boolean;
  /** MHP_NID_IS_MGID: the node argument is a memory group id. */
  readonly nidIsMgid?: boolean;
}

const RESOURCE_FREE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'register_memory_resource',
  condition: 'nothing busy lies in the range in /proc/iomem',
};
const GROUP_KNOWN: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'add_memory_resource',
  condition: 'the memory group exists',
};
const NODE_POSSIBLE: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'add_memory_resource',
  condition: 'the node is one that boot found possible',
};
const MEMMAP_ON_MEMORY: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'mhp_supports_memmap_on_memory',
  condition: 'the memmap of the memory can lie on the memory itself',
  decides: 'never',
};
const MEMMAP_AS_ASKED: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'add_memory_resource',
  condition: 'memory that is asked to hold its own memmap can',
};
const DRIVER_NAME: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'add_memory_driver_managed',
  condition: 'the resource is named "System RAM (…)"',
};

/**
 * Adds System RAM found by firmware or by hand. Returns 0, −E2BIG (address), −EEXIST (resource or block),
 * −EINVAL (alignment, group, node), or what adding the pages returned.
 * @kernel mm/memory_hotplug.c: add_memory, __add_memory
 */
export function addMemory(kernel: Kernel, nid: Nid, start: PhysAddr, size: number, flags: MhpFlags): Errno {
  return registerAndAdd(kernel, nid, start, size, 'System RAM', flags);
}

/**
 * Adds System RAM that a driver looks after, under a name of the form `System RAM (driver)`.
 * @kernel mm/memory_hotplug.c: add_memory_driver_managed
 */
export function addMemoryDriverManaged(
  kernel: Kernel,
  nid: Nid,
  start: PhysAddr,
  size: number,
  name: string,
  flags: MhpFlags,
): Errno {
  const named = name.startsWith('System RAM (') && name.endsWith(')');
  kernel.explain?.(DRIVER_NAME, named, { name });
  return named ? registerAndAdd(kernel, nid, start, size, name, flags) : -EINVAL;
}

function registerAndAdd(
  kernel: Kernel,
  nid: Nid,
  start: PhysAddr,
  size: number,
  name: string,
  flags: MhpFlags,
): Errno {
  const registered = registerMemoryResource(kernel, start, size, name);
  if (registered !== 0) return registered;
  const error = addMemoryResource(kernel, nid, start, size, flags);
  if (error !== 0) kernel.iomem = releaseRegion(kernel.iomem, start, start + size) ?? kernel.iomem;
  return error;
}

/** @kernel mm/memory_hotplug.c: register_memory_resource */
function registerMemoryResource(kernel: Kernel, start: PhysAddr, size: number, name: string): Errno {
  const { addressLimit } = kernel.profile.does;
  if (addressLimit === 'range-allowed' && !mhpRangeAllowed(kernel, start, size)) return -E2BIG;
  const managed = name === 'System RAM' ? 0 : IORESOURCE_SYSRAM_DRIVER_MANAGED;
  const claim = claimForRam(kernel, start, start + size, name, IORESOURCE_SYSTEM_RAM | managed);
  if (!claim.ok) {
    const { conflict } = claim;
    kernel.explain?.(RESOURCE_FREE, false, {
      start,
      end: start + size,
      owner: conflict.name,
      ownerStart: conflict.start,
      ownerEnd: conflict.end,
    });
    const range = `${hexPadded(start, 16).slice(2)}->${hexPadded(start + size, 16).slice(2)}`;
    kernel.printk(7, `Unable to reserve System RAM region: ${range}`);
    return -EEXIST;
  }
  kernel.explain?.(RESOURCE_FREE, true, { start, end: start + size });
  kernel.iomem = claim.tree;
  return 0;
}

/**
 * Since Linux 2794129e902d ("mm/memory-hotplug: Allow memory resources to be children") (v5.1) RAM may lie within a
 * resource that is not busy; before it, whatever lay there was a conflict.
 */
function claimForRam(kernel: Kernel, start: PhysAddr, end: PhysAddr, name: string, flags: number): Attempt {
  const nests = kernel.profile.does.ramNestsInResources;
  const conflict = nests ? undefined : kernel.iomem.children.find((each) => overlaps(start, end, each.start, each.end));
  if (conflict !== undefined) return { ok: false, conflict };
  return requestRegion(kernel.iomem, start, end, name, flags);
}

/** @kernel mm/memory_hotplug.c: add_memory_resource */
function addMemoryResource(
  kernel: Kernel,
  nidOrMgid: number,
  start: PhysAddr,
  size: number,
  flags: MhpFlags,
): Errno {
  if (!checkHotplugMemoryRange(kernel, start, size)) return -EINVAL;

  let nid = nidOrMgid;
  let groupId = -1;
  if (flags.nidIsMgid === true) {
    const group = kernel.groups.get(nidOrMgid);
    kernel.explain?.(GROUP_KNOWN, group !== undefined, { group: nidOrMgid });
    if (group === undefined) return -EINVAL;
    nid = group.nid;
    groupId = group.id;
  }
  const possible = kernel.possibleNodes.has(nid);
  kernel.explain?.(NODE_POSSIBLE, possible, { node: nid });
  if (!possible) {
    kernel.printk(4, `node ${nid} was absent from the node_possible_map`);
    return -EINVAL;
  }

  const before = kernel.nodes.get(nid);
  if (before === undefined) setNode(kernel, emptyNode(nid, false));
  const error = addPagesAndBlocks(kernel, start, size, groupId, flags);
  if (error !== 0) return error;
  const node = kernel.nodes.get(nid);
  if (node !== undefined && !node.online) setNode(kernel, { ...node, online: true });
  linkMemSections(kernel, nid, start, size);

  if (flags.mergeResource === true) kernel.iomem = mergeSystemRamResource(kernel.iomem, start, start + size);
  onlineByDefault(kernel, start, size);
  return 0;
}

function addPagesAndBlocks(kernel: Kernel, start: PhysAddr, size: number, group: number, flags: MhpFlags): Errno {
  const wantsAltmap = flags.memmapOnMemory === true;
  const supported = wantsAltmap && mhpSupportsMemmapOnMemory(kernel, size);
  if (kernel.profile.does.memmapOnMemory === 'per-block') {
    if (supported) return createAltmapsAndMemoryBlocks(kernel, start, size, group);
    return addWithOneAltmap(kernel, start, size, group, false);
  }
  // The older rule refuses what it cannot do.
  kernel.explain?.(MEMMAP_AS_ASKED, !wantsAltmap || supported, { size, wantsAltmap });
  if (wantsAltmap && !supported) return -EINVAL;
  return addWithOneAltmap(kernel, start, size, group, supported);
}

function addWithOneAltmap(kernel: Kernel, start: PhysAddr, size: number, group: number, selfHosted: boolean): Errno {
  const { pageSize } = kernel.profile.arch;
  const altmap = selfHosted ? makeAltmap(start / pageSize, 0, size / pageSize) : undefined;
  const error = archAddMemory(kernel, start, size, altmap, undefined);
  if (error !== 0) return error;
  const made = createMemoryBlockDevices(kernel, start, size, group, altmap?.alloc ?? 0);
  if (made !== 0) archRemoveMemory(kernel, start, size, undefined, undefined);
  return made;
}

/** @kernel mm/memory_hotplug.c: create_altmaps_and_memory_blocks */
function createAltmapsAndMemoryBlocks(kernel: Kernel, start: PhysAddr, size: number, group: number): Errno {
  const blockSize = kernel.memoryBlockSizeBytes;
  const { pageSize } = kernel.profile.arch;
  const memmap = memmapOnMemoryPages(kernel);
  for (let at = start; at < start + size; at += blockSize) {
    const altmap = makeAltmap(at / pageSize, 0, memmap);
    let error = archAddMemory(kernel, at, blockSize, altmap, undefined);
    if (error === 0) {
      error = createMemoryBlockDevices(kernel, at, blockSize, group, memmap);
      if (error !== 0) archRemoveMemory(kernel, at, blockSize, altmap, undefined);
    }
    if (error !== 0) {
      removeMemoryBlocksAndAltmaps(kernel, start, at - start);
      return error;
    }
  }
  return 0;
}

/**
 * Pages at the start of a block that hold its memmap.
 * @kernel mm/memory_hotplug.c: memory_block_memmap_on_memory_pages
 */
export function memmapOnMemoryPages(kernel: Kernel): number {
  const { pageSize, structPageSize, pageblockPages } = kernel.profile.arch;
  const pages = Math.ceil((kernel.blockPages * structPageSize) / pageSize);
  return kernel.params.memmapOnMemory === 'force' ? alignUp(pages, pageblockPages) : pages;
}

/**
 * Whether memory of this size can hold its own memmap, with the parameter as it is.
 * @kernel mm/memory_hotplug.c: mhp_supports_memmap_on_memory
 * Since Linux ("mm/memory_hotplug: split memmap_on_memory requests across memblocks") (v6.8); before it, only a single block could.
 */
export function mhpSupportsMemmapOnMemory(kernel: Kernel, sizeBytes: number): boolean {
  const { pageSize, structPageSize, pageblockPages, pmdSize } = kernel.profile.arch;
  const { memmapOnMemory: mode } = kernel.profile.does;
  if (mode === 'none' || kernel.params.memmapOnMemory === 'off') return false;
  const bytes = kernel.blockPages * structPageSize;
  const fitsHugePage = isAligned(bytes, pmdSize);
  let supported: boolean;
  if (mode === 'single-block') {
    const rest = sizeBytes - (sizeBytes / pageSize) * structPageSize;
    supported = sizeBytes === kernel.memoryBlockSizeBytes && fitsHugePage && isAligned(rest, pageblockPages * pageSize);
  } else {
    const pages = memmapOnMemoryPages(kernel);
    supported =
      isAligned(bytes, pageSize) && isAligned(pages, pageblockPages) && pages < kernel.blockPages && fitsHugePage;
  }
  kernel.explain?.(MEMMAP_ON_MEMORY, supported, { size: sizeBytes, memmapBytes: bytes });
  return supported;
}

// The walk stops at the first block that does not come online; adding succeeded all the same.
function onlineByDefault(kernel: Kernel, start: PhysAddr, size: number): void {
  const type = kernel.params.defaultOnlineType;
  if (ONLINE_TYPE_NAMES[type] === 'offline') return;
  for (const id of memoryBlocksIn(kernel, start, size)) {
    kernel.blocks.update(id, { onlineType: type });
    if (deviceOnline(kernel, id) !== 0) return;
  }
}

/**
 * The node of a physical address by the SRAT, else the first range's node, else 0.
 * @kernel mm/numa_memblks.c (arch/x86/mm/numa.c, mm/memory_hotplug.c before v6.12): memory_add_physaddr_to_nid
 */
export function memoryAddPhysaddrToNid(kernel: Kernel, start: PhysAddr): Nid {
  const { arch, does } = kernel.profile;
  if (arch.firmware !== 'e820' && !does.treeKeepsNumaRanges) {
    kernel.printkOnce(6, `Unknown online node for memory at ${hex(start)}, assuming node 0`, 'memory_add_physaddr_to_nid');
    return 0;
  }
  const hit = kernel.numaMemblks.find((range) => range.start <= start && start < range.end);
  return (hit ?? kernel.numaMemblks[0])?.nid ?? 0;
}

/**
 * The node that memory at an address would belong to when it comes online: by the ranges with memory at boot, then by
 * those without. NUMA_NO_NODE when firmware does not say.
 * @kernel mm/numa_memblks.c: phys_to_target_node
 */
export function physToTargetNode(kernel: Kernel, start: PhysAddr): Nid {
  const holds = (range: { readonly start: PhysAddr; readonly end: PhysAddr }): boolean =>
    range.start <= start && start < range.end;
  return (kernel.numaMemblks.find(holds) ?? kernel.numaReservedMemblks.find(holds))?.nid ?? NUMA_NO_NODE;
}

/**
 * The node itself when it is online, else one that is; NUMA_NO_NODE stays. The nearest by distance in a real kernel;
 * distances are not modelled.
 * @kernel mm/mempolicy.c: numa_map_to_online_node
 */
export function numaMapToOnlineNode(kernel: Kernel, nid: Nid): Nid {
  if (nid === NUMA_NO_NODE || kernel.nodes.get(nid)?.online === true) return nid;
  return Math.min(...[...kernel.nodes.values()].filter((node) => node.online).map((node) => node.nid));
}
