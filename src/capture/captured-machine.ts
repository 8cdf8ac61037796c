/** The one internal model every reader of real machines fills, each as far as its source tells. */

import type { BootInput, E820Entry, SratMemory } from '../kernel/boot/boot-map.ts';
import type { ByteRange, Nid, Pfn } from '../kernel/units.ts';
import type { CaptureNote } from './capture-error.ts';

/** A line of /proc/iomem with what is nested in it. */
export interface CapturedResource extends ByteRange {
  readonly name: string;
  /** Line in the source, from 1; 0 when it came from elsewhere. */
  readonly line: number;
  readonly children: CapturedResource[];
}

export interface IomemCapture {
  readonly roots: CapturedResource[];
  /** Lines understood. */
  readonly lines: number;
  /** Every address is zero: the reader lacked CAP_SYS_ADMIN. Names and order are all there is. */
  readonly masked: boolean;
  readonly notes: CaptureNote[];
}

export type BlockState = 'online' | 'offline' | 'going-offline' | 'unknown';

/** Consecutive memory blocks that are alike. */
export interface CapturedBlockRun {
  readonly first: number;
  readonly last: number;
  readonly state: BlockState;
  /** `valid_zones` as printed, with single spaces; undefined when not recorded. */
  readonly zones: string | undefined;
  /** Nodes linked, ascending; undefined when not recorded. */
  readonly nodes: readonly Nid[] | undefined;
  readonly removable: boolean | undefined;
}

export interface CapturedNode {
  readonly nid: Nid;
  /** MemTotal of the node in bytes, when recorded. */
  readonly memTotal: number | undefined;
}

export interface CapturedZone {
  readonly nid: Nid;
  readonly name: string;
  readonly startPfn: Pfn | undefined;
  readonly spanned: number;
  readonly present: number;
  readonly managed: number | undefined;
}

/** A region, namespace, dax device or CXL device as ndctl, daxctl or cxl list it. */
export interface CapturedDevice {
  readonly kind: 'region' | 'namespace' | 'dax' | 'extent' | 'decoder';
  readonly name: string;
  /** Physical address, when listed. */
  readonly start: number | undefined;
  readonly sizeBytes: number | undefined;
  /** The size was printed rounded ("4.00 GiB (4.29 GB)"). */
  readonly rounded: boolean;
  readonly mode: string | undefined;
  readonly align: number | undefined;
  readonly nid: Nid | undefined;
}

export type SourceKind =
  | 'iomem'
  | 'sysfs'
  | 'boot-log'
  | 'lsmem'
  | 'numactl'
  | 'device-json'
  | 'meminfo'
  | 'zoneinfo'
  | 'block-list'
  | 'other';

export interface CapturedSource {
  readonly name: string;
  readonly kind: SourceKind;
  /** What it turned out to be, in a few words. */
  readonly says: string;
}

/** How the block size became known. */
export type BlockSizeFrom = 'recorded' | 'lsmem' | 'boot log' | 'estimated';

export interface CapturedMachine {
  readonly name: string;
  readonly sources: readonly CapturedSource[];
  /** Name in ARCHITECTURES, when something tells. */
  readonly arch?: string;
  readonly kernelRelease?: string;
  readonly cmdline?: string;
  /** The CPUID hypervisor bit, when something tells. */
  readonly hypervisor?: boolean;
  readonly blockSizeBytes?: number;
  readonly blockSizeFrom?: BlockSizeFrom;
  readonly iomem?: IomemCapture;
  readonly blocks?: readonly CapturedBlockRun[];
  readonly nodes?: readonly CapturedNode[];
  readonly zones?: readonly CapturedZone[];
  readonly e820?: readonly E820Entry[];
  readonly srat?: readonly SratMemory[];
  /** What a boot log tells, whole: boot can be played again from it. */
  readonly bootInput?: BootInput;
  /** The stable version behind a distribution's release. */
  readonly stableVersion?: string;
  readonly devices?: readonly CapturedDevice[];
  /** MemTotal of /proc/meminfo, bytes. */
  readonly memTotal?: number;
  /** `auto_online_blocks`. */
  readonly autoOnline?: string;
  readonly notes: readonly CaptureNote[];
  /** What is not known, one sentence each. */
  readonly unknown: readonly string[];
}

/** What one source adds to a machine. */
export type CapturedPart = Omit<CapturedMachine, 'name' | 'unknown'>;
