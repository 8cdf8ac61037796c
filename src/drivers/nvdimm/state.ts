/** All devices of libnvdimm as plain data: buses, DIMMs, regions, and what lives on a region. */

import type { ByteRange, Nid, PhysAddr } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';

/** @kernel drivers/nvdimm/core.c: struct nvdimm_bus */
export interface NdBus {
  readonly id: number;
  readonly provider: 'e820' | 'ACPI.NFIT' | 'virtio-pmem' | 'CXL';
  /** The device it hangs below, under /sys/devices. */
  readonly parent: string;
}

/** A piece of a DIMM's address space with its owner: `pmem-UUID`. Sorted by start, disjoint. */
export interface DpaResource extends ByteRange {
  readonly name: string;
}

/**
 * @kernel drivers/nvdimm/label.h: struct nd_namespace_label. Sizes in bytes.
 */
export interface NdLabel {
  readonly uuid: string;
  readonly name: string;
  readonly flags: number;
  readonly nlabel: number;
  readonly position: number;
  readonly isetcookie: bigint;
  readonly lbasize: number;
  readonly dpa: number;
  readonly rawsize: number;
  readonly slot: number;
  readonly claimClass: ClaimClass;
}

/** What the driver of a DIMM knows while it is bound. @kernel drivers/nvdimm/nd.h: struct nvdimm_drvdata */
export interface NvdimmDrvdata {
  readonly dpa: readonly DpaResource[];
  /** The label area holds a valid index. */
  readonly hasIndex: boolean;
  /** Label version of the index: 1 for v1.1 (128-byte labels), 2 for v1.2 (256 bytes). */
  readonly labelMinor: 1 | 2;
  /** Slots the area has. */
  readonly nslot: number;
  /** Labels in use, by slot, ascending. */
  readonly labels: readonly NdLabel[];
}

/** A DIMM, `nmemN`. @kernel drivers/nvdimm/nd-core.h: struct nvdimm */
export interface Nvdimm {
  readonly id: number;
  readonly bus: number;
  /** Names its label area in the media, across reboots. */
  readonly labelArea: string;
  /** Bytes of the label area; 0 without one. */
  readonly labelSize: number;
  readonly handle: number;
  readonly serial: number;
  readonly vendor: number;
  /** NDD_LABELING: a valid label index was seen; it stays set. */
  readonly labeling: boolean;
  readonly locked: boolean;
  /** The nvdimm driver is bound. */
  readonly bound: boolean;
  /** Absent while unbound, and on DIMMs without a label area. */
  readonly ndd: NvdimmDrvdata | undefined;
  /** Regions that hold it active. */
  readonly busy: number;
}

/** @kernel drivers/nvdimm/nd.h: struct nd_mapping */
export interface NdMapping {
  readonly dimm: number;
  /** DIMM physical address. */
  readonly start: number;
  readonly size: number;
  readonly position: number;
}

export type ClaimClass = 'none' | 'btt' | 'btt2' | 'pfn' | 'dax' | 'unknown';

/** What a bound device holds of the machine. */
export interface Attachment {
  /** Busy ranges requested in /proc/iomem. */
  readonly claims: readonly ByteRange[];
  readonly pgmap: number | undefined;
  readonly disk: NdDisk | undefined;
  /** Key of the dax region it registered. */
  readonly daxRegion: string | undefined;
}

/** A block device, `pmem0`. */
export interface NdDisk {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sectorSize: number;
  /** Where byte 0 lies. A BTT's disk has no such place. */
  readonly start: PhysAddr | undefined;
}

/** `namespaceR.I`. @kernel include/linux/nd.h: struct nd_namespace_pmem, struct nd_namespace_io */
export interface NdNamespace {
  readonly kind: 'namespace';
  readonly id: number;
  /** Whether a label describes it. */
  readonly labelled: boolean;
  readonly start: PhysAddr;
  /** 0 while nothing is allocated. */
  readonly size: number;
  readonly uuid: string | undefined;
  readonly altName: string;
  readonly lbasize: number;
  /** Name of the device that claimed it. */
  readonly claim: string | undefined;
  readonly claimClass: ClaimClass;
  readonly forceRaw: boolean;
  readonly driver: string | undefined;
  readonly attachment: Attachment | undefined;
  /** Its size was written since it was found: its resource then has no flags, and the kernel prints no kind for it. */
  readonly sizeWritten?: boolean;
}

export const PFN_MODE_NONE = 0;
export const PFN_MODE_RAM = 1;
export const PFN_MODE_PMEM = 2;
export type PfnMode = 0 | 1 | 2;

/** What the info block of a bound pfn or dax device said. */
export interface PfnLayout {
  readonly dataoff: number;
  readonly startPad: number;
  readonly endTrunc: number;
  readonly npfns: number;
  readonly align: number;
}

/** `pfnR.I` or `daxR.I`. @kernel drivers/nvdimm/nd.h: struct nd_pfn */
export interface NdPfn {
  readonly kind: 'pfn' | 'dax';
  readonly id: number;
  /** Name of the namespace it claimed. */
  readonly namespace: string | undefined;
  readonly uuid: string | undefined;
  readonly mode: PfnMode;
  readonly align: number;
  readonly layout: PfnLayout | undefined;
  readonly driver: string | undefined;
  readonly attachment: Attachment | undefined;
}

/** `bttR.I`. @kernel drivers/nvdimm/nd.h: struct nd_btt */
export interface NdBtt {
  readonly kind: 'btt';
  readonly id: number;
  readonly namespace: string | undefined;
  readonly uuid: string | undefined;
  readonly lbasize: number;
  readonly driver: string | undefined;
  readonly attachment: Attachment | undefined;
}

export type NdChild = NdNamespace | NdPfn | NdBtt;

/** @kernel drivers/nvdimm/nd.h: enum nd_region flags */
export interface NdRegionFlags {
  /** ND_REGION_PAGEMAP: namespaces get struct pages without an info block. */
  readonly pagemap?: boolean;
  /** ND_REGION_ASYNC: the provider flushes. */
  readonly async?: boolean;
  /** The provider's flush answers with an error: what is written arrives, and −EIO is said of it. */
  readonly flushFails?: boolean;
  readonly persistence?: 'cpu_cache' | 'memory_controller';
}

/** @kernel include/linux/libnvdimm.h: struct nd_interleave_set */
export interface InterleaveSet {
  /** Of v1.1 labels. */
  readonly cookie1: bigint;
  /** Of v1.2 labels. */
  readonly cookie2: bigint;
  readonly altcookie: bigint;
}

export type SeedKind = 'namespace' | 'pfn' | 'dax' | 'btt';

/** `regionN`. @kernel drivers/nvdimm/nd.h: struct nd_region */
export interface NdRegion {
  readonly id: number;
  readonly bus: number;
  readonly start: PhysAddr;
  readonly size: number;
  readonly flags: NdRegionFlags;
  readonly mappings: readonly NdMapping[];
  readonly interleaveSet: InterleaveSet | undefined;
  /** Index of the firmware's range, where there is one. */
  readonly rangeIndex: number | undefined;
  readonly readOnly: boolean;
  readonly numaNode: Nid;
  readonly targetNode: Nid;
  /** Unit of new allocations. */
  readonly align: number;
  /** The nd_region driver is bound. */
  readonly bound: boolean;
  readonly activeNamespaces: number;
  /** In the order they were registered. */
  readonly children: readonly NdChild[];
  /** Names of the devices that wait to be configured. */
  readonly seeds: Readonly<Partial<Record<SeedKind, string>>>;
}

export interface NvdimmState {
  readonly buses: readonly NdBus[];
  readonly dimms: readonly Nvdimm[];
  readonly regions: readonly NdRegion[];
  /** Drivers registered by loaded modules, in the order they came. */
  readonly drivers: readonly string[];
  /** Ids of memory regions others took (hmem). @kernel lib/memregion.c: memregion_alloc */
  readonly memregions: readonly number[];
  /** Children that were registered and wait to be probed; empty between two commands. */
  readonly pending: readonly ChildRef[];
}

/** Names a child of a region. */
export interface ChildRef {
  readonly region: number;
  readonly name: string;
}

export const NO_NVDIMM: NvdimmState = { buses: [], dimms: [], regions: [], drivers: [], memregions: [], pending: [] };

/** A child's name; its number is the region's and its own. */
export function childName(region: Pick<NdRegion, 'id'>, child: Pick<NdChild, 'kind' | 'id'>): string {
  return `${child.kind}${region.id}.${child.id}`;
}

export function setNvdimm(machine: Machine, patch: Partial<NvdimmState>): void {
  machine.devices = { ...machine.devices, nvdimm: { ...machine.devices.nvdimm, ...patch } };
}

export function regionById(machine: Machine, id: number): NdRegion | undefined {
  return machine.devices.nvdimm.regions.find((region) => region.id === id);
}

export function dimmById(machine: Machine, id: number): Nvdimm | undefined {
  return machine.devices.nvdimm.dimms.find((dimm) => dimm.id === id);
}

export function updateRegion(machine: Machine, id: number, patch: Partial<NdRegion>): void {
  const regions = machine.devices.nvdimm.regions.map((each) => (each.id === id ? { ...each, ...patch } : each));
  setNvdimm(machine, { regions });
}

export function updateDimm(machine: Machine, id: number, patch: Partial<Nvdimm>): void {
  const dimms = machine.devices.nvdimm.dimms.map((each) => (each.id === id ? { ...each, ...patch } : each));
  setNvdimm(machine, { dimms });
}

/** Children by name, kept while their region does not change: every attribute looks its device up. */
const namesOf = new WeakMap<NdRegion, ReadonlyMap<string, NdChild>>();

export function childrenByName(region: NdRegion): ReadonlyMap<string, NdChild> {
  const known = namesOf.get(region);
  if (known !== undefined) return known;
  const names = new Map(region.children.map((child) => [childName(region, child), child]));
  namesOf.set(region, names);
  return names;
}

/** A child of a region, by name. */
export function childByName(machine: Machine, regionId: number, name: string): NdChild | undefined {
  const region = regionById(machine, regionId);
  return region && childrenByName(region).get(name);
}

/** The namespace of that name; claims hold names of namespaces that exist. */
export function namespaceByName(machine: Machine, regionId: number, name: string | undefined): NdNamespace | undefined {
  const child = name === undefined ? undefined : childByName(machine, regionId, name);
  return child?.kind === 'namespace' ? child : undefined;
}

/** Replaces fields of a child; nothing happens to one that is gone. */
export function updateChild<T extends NdChild>(
  machine: Machine,
  regionId: number,
  name: string,
  patch: Partial<Omit<T, 'kind'>>,
): void {
  const region = regionById(machine, regionId);
  if (region === undefined) return;
  const children = region.children.map((child) => (childName(region, child) === name ? { ...child, ...patch } : child));
  updateRegion(machine, regionId, { children });
}

/** The lowest number not in use. @kernel lib/idr.c: ida_alloc */
export function lowestFree(used: Iterable<number>): number {
  const taken = new Set(used);
  let id = 0;
  while (taken.has(id)) id++;
  return id;
}
