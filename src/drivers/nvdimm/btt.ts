/** Block translation tables: found on a namespace, laid out on a new one, offered as a disk. */

import { ENODEV, ENOMEM, ENXIO, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import { KiB, MiB } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { claimRange, NOTHING, setAttachment, unclaimRange } from './attachment.ts';
import { emptyBtt, freeChildId, ndDeviceRegister } from './children.ts';
import { printResource } from './common-probe.ts';
import { nvdimmNamespaceDiskName } from './disk-name.ts';
import { nvdimmWriteBytes } from './info-block.ts';
import { readMedia } from './media.ts';
import { UUID_NULL } from './nd-attr.ts';
import {
  ARENA_MIN_SIZE, bttArenaLayout, bttDiskSize, bttSbOfArena, createArenas, readBttSb, type BttSb,
} from './nd-btt-bytes.ts';
import { INFO_BLOCK_SIZE } from './nd-pfn-bytes.ts';
import {
  childByName, regionById, updateChild, type ChildRef, type NdBtt, type NdNamespace, type NdRegion,
} from './state.ts';

const HAS_TABLE: CheckPoint = {
  file: 'drivers/nvdimm/btt_devs.c',
  fn: 'nd_btt_version',
  condition: 'there is a BTT info block of this namespace',
  decides: 'never',
};
const CONFIGURED: CheckPoint = {
  file: 'drivers/nvdimm/btt.c',
  fn: 'nvdimm_namespace_attach_btt',
  condition: 'the BTT has a uuid, a namespace and a sector size',
};
const LARGE_ENOUGH: CheckPoint = {
  file: 'drivers/nvdimm/btt.c',
  fn: 'nvdimm_namespace_attach_btt',
  condition: 'behind the first pages there is room for an arena of 16 MiB',
};
const WRITABLE: CheckPoint = {
  file: 'drivers/nvdimm/btt.c',
  fn: 'btt_init',
  condition: 'a new BTT can be written: the region is not read-only',
};
/** Arenas of one namespace looked at: 512 GiB each, more than any address space holds. */
const MAX_ARENAS = 8192;

/** Where the table begins: v1.1 leaves a page in front. @kernel drivers/nvdimm/btt_devs.c: nd_btt_version */
function initialOffset(namespace: NdNamespace): number {
  return namespace.claimClass === 'btt2' ? 0 : 4 * KiB;
}

/** The arena's block, if it is one of this namespace. @kernel drivers/nvdimm/btt_devs.c: nd_btt_arena_is_valid */
function readArena(machine: Machine, namespace: NdNamespace, at: number): BttSb | undefined {
  const sb = readBttSb(readMedia(machine, namespace.start + at, INFO_BLOCK_SIZE));
  const ours = sb?.parentUuid === UUID_NULL || sb?.parentUuid === (namespace.uuid ?? UUID_NULL);
  return ours ? sb : undefined;
}

/**
 * Registers the BTT of an info block, and claims the namespace for it. −ENODEV when the namespace is to be raw,
 * another kind holds it or there is no block, −ENXIO when it is too small.
 * @kernel drivers/nvdimm/btt_devs.c: nd_btt_probe
 */
export function ndBttProbe(machine: Machine, ref: ChildRef, namespace: NdNamespace): Errno {
  const { claimClass, forceRaw, size } = namespace;
  if (forceRaw || !['none', 'btt', 'btt2'].includes(claimClass)) return -ENODEV;
  if (size < 16 * MiB) return -ENXIO;
  const sb = readArena(machine, namespace, initialOffset(namespace));
  const version = claimClass === 'btt2' ? [2, 0] : [1, 1];
  const found = sb !== undefined && sb.versionMajor === version[0] && sb.versionMinor === version[1];
  machine.kernel.explain?.(HAS_TABLE, found, { namespace: ref.name });
  if (!found) return -ENODEV;
  const region = regionById(machine, ref.region) as NdRegion;
  const btt = { ...emptyBtt(freeChildId(region, 'btt')), uuid: sb.uuid, lbasize: sb.externalLbasize, namespace: ref.name };
  const name = ndDeviceRegister(machine, ref.region, btt);
  updateChild<NdNamespace>(machine, ref.region, ref.name, { claim: name });
  return 0;
}

/**
 * Attaches the disk of a BTT, which is written first where there is none. −ENODEV while something is not set, −ENXIO
 * for too small a namespace, −ENOMEM for whatever else goes wrong.
 * @kernel drivers/nvdimm/btt.c: nvdimm_namespace_attach_btt
 */
export function nvdimmNamespaceAttachBtt(machine: Machine, ref: ChildRef, namespace: NdNamespace): Errno {
  const { kernel } = machine;
  const btt = childByName(machine, ref.region, ref.name) as NdBtt;
  const { uuid, lbasize } = btt;
  const configured = uuid !== undefined && btt.namespace !== undefined && lbasize !== 0;
  kernel.explain?.(CONFIGURED, configured, { device: ref.name });
  if (uuid === undefined || !configured) return -ENODEV;
  const range = { start: namespace.start, end: namespace.start + namespace.size };
  if (!claimRange(machine, range, `namespace${ref.region}.${namespace.id}`)) {
    kernel.printk(4, `nd_pmem ${ref.name}: could not reserve region ${printResource(namespace, false)}`);
    return -ENXIO;
  }
  const sizeBytes = bttInit(machine, ref, namespace, uuid, lbasize);
  if (sizeBytes < 0) {
    unclaimRange(machine, range);
    return sizeBytes;
  }
  const sectorSize = lbasize >= 4096 ? 4096 : 512;
  const disk = { name: nvdimmNamespaceDiskName(ref, namespace, 's'), sizeBytes, sectorSize, start: undefined };
  if (kernel.profile.does.bttAnnouncesCapacity && sizeBytes > 0) {
    kernel.printk(6, `${disk.name}: detected capacity change from 0 to ${sizeBytes}`);
  }
  setAttachment(machine, ref, { ...NOTHING, claims: [range], disk });
  return 0;
}

/** The size of the disk, or −errno. @kernel drivers/nvdimm/btt.c: btt_init, discover_arenas */
function bttInit(machine: Machine, ref: ChildRef, namespace: NdNamespace, uuid: string, lbasize: number): number | Errno {
  const { kernel } = machine;
  const offset = initialOffset(namespace);
  const rawSize = namespace.size - offset;
  kernel.explain?.(LARGE_ENOUGH, rawSize >= ARENA_MIN_SIZE, { rawSize });
  if (rawSize < ARENA_MIN_SIZE) return -ENXIO;
  const found: BttSb[] = [];
  for (let at = 0; found.length < MAX_ARENAS; ) {
    const sb = readArena(machine, namespace, offset + at);
    if (sb === undefined && found.length === 0) break;
    if (sb === undefined) {
      kernel.printk(3, `nd_pmem ${ref.name}: Found corrupted metadata!`);
      kernel.printk(3, `nd_pmem ${ref.name}: init: error in arena_discover: ${-ENODEV}`);
      return -ENOMEM;
    }
    found.push(sb);
    at += sb.nextoff;
    if (sb.nextoff === 0 || at >= rawSize) return bttDiskSize(found, lbasize);
  }
  kernel.printk(6, `nd_pmem ${ref.name}: No existing arenas`);
  const region = regionById(machine, ref.region) as NdRegion;
  kernel.explain?.(WRITABLE, !region.readOnly, { region: `region${region.id}` });
  if (region.readOnly) {
    kernel.printk(4, `nd_pmem ${ref.name}: region${region.id} is read-only, unable to init btt metadata`);
    return -ENOMEM;
  }
  return writeArenas(machine, ref, region, namespace, uuid, lbasize);
}

/** @kernel drivers/nvdimm/btt.c: create_arenas, btt_meta_init */
function writeArenas(
  machine: Machine,
  ref: ChildRef,
  region: NdRegion,
  namespace: NdNamespace,
  uuid: string,
  lbasize: number,
): number | Errno {
  const offset = initialOffset(namespace);
  const arenas = createArenas(namespace.size - offset, lbasize);
  const [versionMajor, versionMinor] = namespace.claimClass === 'btt2' ? [2, 0] : [1, 1];
  const identity = { uuid, parentUuid: namespace.uuid ?? UUID_NULL, versionMajor, versionMinor };
  for (const arena of arenas) {
    for (const { at, bytes } of bttArenaLayout(arena, bttSbOfArena(arena, identity, lbasize))) {
      const error = nvdimmWriteBytes(machine, region, namespace.start + offset + arena.start + at, bytes);
      if (error === 0) continue;
      machine.kernel.printk(3, `nd_pmem ${ref.name}: init: error in meta_init: ${error}`);
      return -ENOMEM;
    }
  }
  return bttDiskSize(arenas, lbasize);
}
