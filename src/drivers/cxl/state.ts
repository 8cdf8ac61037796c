/** CXL as the kernel knows it: ports, decoders, memory devices and regions, as plain data. */

import type { ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import type { CxlCard, CxlHostBridge, CxlPlatform, CxlWindow } from './platform.ts';

/** What an endpoint decoder or a region holds. */
export type CxlMode = 'none' | 'ram' | 'pmem';

/** `decoder0.N`: a window, as regions are cut from it. @kernel drivers/cxl/cxl.h: struct cxl_root_decoder */
export interface CxlRootDecoder {
  readonly id: number;
  readonly window: CxlWindow;
  /** Where the window lies in /proc/iomem; absent when its place was taken. */
  readonly resource: (ByteRange & { readonly name: string }) | undefined;
  /** Number the next region will have: taken beforehand. */
  readonly regionId: number;
}

/** `portN` of a host bridge. */
export interface CxlPort {
  readonly id: number;
  readonly bridge: number;
  /** What its decoder still shows of a region that is gone. */
  readonly leftover: CxlLeftover | undefined;
}

/** A range the decoder of a host bridge was not cleared of, and the root port it went to. */
export interface CxlLeftover extends ByteRange {
  readonly index: number;
  readonly rootPort: string;
}

/** `memN`. */
export interface CxlMemdev {
  readonly id: number;
  /** Name of its card. */
  readonly host: string;
  /** Number of its endpoint port, while cxl_mem drives it. */
  readonly endpoint: number | undefined;
  /** Its DIMM on the nvdimm bus. */
  readonly nmem: number | undefined;
}

/** `decoderP.N` of an endpoint. @kernel drivers/cxl/cxl.h: struct cxl_endpoint_decoder */
export interface CxlEndpointDecoder {
  readonly port: number;
  readonly id: number;
  readonly memdev: number;
  readonly mode: CxlMode;
  /** Device addresses it maps. */
  readonly dpa: ByteRange | undefined;
}

/** Configuration of a region, in ascending order. @kernel drivers/cxl/cxl.h: enum cxl_config_state */
export const CXL_CONFIG_IDLE = 0;
export const CXL_CONFIG_INTERLEAVE_ACTIVE = 1;
export const CXL_CONFIG_ACTIVE = 2;
export const CXL_CONFIG_COMMIT = 4;
export type CxlConfigState = 0 | 1 | 2 | 4;

/** `regionN`. @kernel drivers/cxl/cxl.h: struct cxl_region */
export interface CxlRegion {
  readonly id: number;
  /** Number of its root decoder. */
  readonly root: number;
  readonly mode: 'ram' | 'pmem';
  readonly uuid: string;
  readonly ways: number;
  readonly granularity: number;
  readonly resource: ByteRange | undefined;
  readonly state: CxlConfigState;
  /** By position: the endpoint decoder, `decoderP.N`. */
  readonly targets: readonly (string | undefined)[];
  /** The cxl_region driver is bound. */
  readonly bound: boolean;
}

export interface CxlState {
  readonly platform: CxlPlatform;
  /** cxl_acpi is bound to ACPI0017. */
  readonly rooted: boolean;
  readonly roots: readonly CxlRootDecoder[];
  readonly ports: readonly CxlPort[];
  readonly memdevs: readonly CxlMemdev[];
  readonly decoders: readonly CxlEndpointDecoder[];
  readonly regions: readonly CxlRegion[];
  /** The nvdimm bus `CXL`, while cxl_pmem drives the bridge to it. */
  readonly ndbus: number | undefined;
}

export const NO_PLATFORM: CxlPlatform = { windows: [], bridges: [], cards: [] };

export const NO_CXL: CxlState = {
  platform: NO_PLATFORM, rooted: false, roots: [], ports: [], memdevs: [], decoders: [], regions: [], ndbus: undefined,
};

export function setCxl(machine: Machine, patch: Partial<CxlState>): void {
  machine.devices = { ...machine.devices, cxl: { ...machine.devices.cxl, ...patch } };
}

export function decoderName({ port, id }: Pick<CxlEndpointDecoder, 'port' | 'id'>): string {
  return `decoder${port}.${id}`;
}

export function endpointDecoder(machine: Machine, name: string): CxlEndpointDecoder | undefined {
  return machine.devices.cxl.decoders.find((decoder) => decoderName(decoder) === name);
}

export function updateDecoder(machine: Machine, name: string, patch: Partial<CxlEndpointDecoder>): void {
  const { decoders } = machine.devices.cxl;
  setCxl(machine, { decoders: decoders.map((each) => (decoderName(each) === name ? { ...each, ...patch } : each)) });
}

export function regionById(machine: Machine, id: number): CxlRegion | undefined {
  return machine.devices.cxl.regions.find((region) => region.id === id);
}

export function updateRegion(machine: Machine, id: number, patch: Partial<CxlRegion>): void {
  const { regions } = machine.devices.cxl;
  setCxl(machine, { regions: regions.map((each) => (each.id === id ? { ...each, ...patch } : each)) });
}

/** The region an endpoint decoder is part of. */
export function regionOfDecoder(machine: Machine, name: string): CxlRegion | undefined {
  return machine.devices.cxl.regions.find((region) => region.targets.includes(name));
}

export function memdevById(machine: Machine, id: number): CxlMemdev | undefined {
  return machine.devices.cxl.memdevs.find((memdev) => memdev.id === id);
}

/** The card behind a memory device, which is there as long as the device is. */
export function cardOf(machine: Machine, memdev: CxlMemdev): CxlCard {
  return machine.devices.cxl.platform.cards.find(({ host }) => host === memdev.host) as CxlCard;
}

export function cardOfDecoder(machine: Machine, decoder: CxlEndpointDecoder): CxlCard {
  return cardOf(machine, memdevById(machine, decoder.memdev) as CxlMemdev);
}

export function bridgeByUid(machine: Machine, uid: number): CxlHostBridge | undefined {
  return machine.devices.cxl.platform.bridges.find((bridge) => bridge.uid === uid);
}
