/** One machine: the memory core, the devices around it, and what its operator set. */

import type { Kernel, KernelSnapshot } from '../kernel/kernel.ts';
import type { QemuState } from './qemu/qemu.ts';
import type { AcpiMemoryState } from './acpi-memory.ts';
import type { CxlState } from './cxl/state.ts';
import type { DaxState } from './dax/state.ts';
import type { MachineDescription, SeenFirmware } from './machine-description.ts';
import type { MediaState } from './nvdimm/media.ts';
import type { NvdimmState } from './nvdimm/state.ts';
import { virtioMemNotifier } from './virtio-mem/notifier.ts';
import type { VirtioMemState } from './virtio-mem/state.ts';

/** State of everything above the memory core. Every value is immutable and replaced on change. */
export interface DeviceState {
  /** What it was booted from; absent on captured machines. */
  readonly bootedFrom?: { readonly description: MachineDescription; readonly seen: SeenFirmware | undefined };
  readonly cmdline: string;
  /** Loaded modules in load order, underscores as in /proc/modules. */
  readonly modules: readonly string[];
  /** The virtual machine monitor, when the machine has one. */
  readonly qemu: QemuState | undefined;
  readonly acpiMemory: AcpiMemoryState;
  readonly nvdimm: NvdimmState;
  readonly dax: DaxState;
  readonly cxl: CxlState;
  /** What persistent memory holds: it outlives a reboot. */
  readonly media: MediaState;
  /** State of the random generator. */
  readonly random: number;
  readonly virtioMem: VirtioMemState;
  /** Lines of the kernel log that `dmesg -c` put out of sight. */
  readonly dmesgClearedAt?: number;
}

/** A kept state of a machine; shares all that does not change. */
export interface MachineSnapshot {
  readonly kernel: KernelSnapshot;
  readonly devices: DeviceState;
}

/** When a region's namespaces are probed while it comes up: names, in order. */
export interface ProbeOrder {
  /** Before the region has noted its first namespace as its seed. */
  readonly beforeNoted: readonly string[];
  /** Before it has made its other seeds. */
  readonly beforeSeeds: readonly string[];
  readonly afterSeeds: readonly string[];
}

/** One simulated machine: a kernel, the devices around it, and everything typed at it so far. */
export class Machine {
  readonly kernel: Kernel;
  devices: DeviceState;

  /** Settles in which order a region's namespaces are probed, when somebody knows (a recording). */
  probeOrder: ((region: number) => ProbeOrder) | undefined = undefined;

  /** Settles how many of a block's sub-blocks virtio-mem cannot take back, at least `held`, when somebody knows. */
  heldSubblocks: ((wanted: number, held: number, subblockSize: number) => number) | undefined = undefined;

  constructor(kernel: Kernel, devices: DeviceState) {
    this.kernel = kernel;
    this.devices = devices;
    kernel.memoryNotifier = virtioMemNotifier(this);
  }

  /** Keeps the present state; costs a few references. */
  snapshot(): MachineSnapshot {
    return { kernel: this.kernel.snapshot(), devices: this.devices };
  }

  /** Goes back to a state kept before. */
  restore(snapshot: MachineSnapshot): void {
    this.kernel.restore(snapshot.kernel);
    this.devices = snapshot.devices;
  }
}
