/** The fixed part of a QEMU machine: what its arguments decide before any device is there. */

import type { CxlPlatform } from '../cxl/platform.ts';
import type { MemoryLayout } from './layout.ts';
import type { QemuArch } from './platform.ts';

/** A NUMA node as `-numa node` makes it, or the one QEMU adds when memory may be plugged in. */
export interface QemuNode {
  /** RAM at start, in bytes. */
  readonly size: number;
  readonly memdev: string | undefined;
}

export interface QemuMachine {
  readonly arch: QemuArch;
  readonly ramSize: number;
  readonly maxramSize: number;
  readonly slots: number;
  /** `nvdimm=on` was given to `-M`. */
  readonly nvdimm: boolean;
  /** Processors present at start. */
  readonly cpus: number;
  readonly maxCpus: number;
  readonly sockets: number;
  /** Indexed by proximity domain; empty without NUMA. */
  readonly nodes: readonly QemuNode[];
  /** Proximity domain of each possible CPU, in the order of the SRAT; empty without NUMA. */
  readonly cpuNodes: readonly number[];
  /** The CPUID hypervisor bit is set. */
  readonly hypervisor: boolean;
  /** The processor has five-level page tables. */
  readonly la57: boolean;
  /** Width of the processor's physical addresses. */
  readonly physBits: number;
  readonly layout: MemoryLayout;
  /** Id of the backend that is the machine's RAM (`-M memory-backend=`). */
  readonly ramBackend: string | undefined;
  /** CXL windows, host bridges and cards; empty without `cxl=on`. */
  readonly cxl: CxlPlatform;
}
