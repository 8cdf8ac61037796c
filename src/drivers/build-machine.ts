/** From a description to a machine that has booted. */

import { boot } from '../kernel/boot/boot.ts';
import type { BootInput } from '../kernel/boot/boot-map.ts';
import { createKernel } from '../kernel/create-kernel.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';
import { profileNames, resolveProfile, type KernelProfile } from '../kernel/profile/profile.ts';
import { acpiMemoryBoot } from './acpi-memory.ts';
import { advisedBlockSize } from './cxl/cfmws.ts';
import { NO_CXL } from './cxl/state.ts';
import { hmemBoot } from './dax/hmem.ts';
import { MachineDescriptionError, type MachineDescription, type SeenFirmware } from './machine-description.ts';
import { Machine, type DeviceState } from './machine.ts';
import { loadModule } from './modules.ts';
import { NO_DEVICES } from './no-devices.ts';
import { dimmsOf } from './qemu/acpi.ts';
import { startQemu } from './qemu/args.ts';
import { firmwareE820, firmwareRam, firmwareSrat, nodeOfPxm, pciWindows } from './qemu/firmware.ts';
import type { QemuMachine } from './qemu/machine.ts';
import { QEMU_PLATFORMS, qemuArchOf } from './qemu/platform.ts';
import type { QemuState } from './qemu/qemu.ts';

export { MachineDescriptionError, type MachineDescription, type SeenFirmware } from './machine-description.ts';

/** Drivers that a kernel without modules starts by itself. */
const BUILT_IN = ['nd_pmem', 'nd_e820', 'nfit', 'dax_pmem', 'device_dax'] as const;

/** What firmware hands to the kernel of a QEMU machine. */
export function bootInputOfQemu(qemu: QemuState, cmdline: string): BootInput {
  const { machine } = qemu;
  const srat = firmwareSrat(qemu);
  const nodes = nodeOfPxm(
    machine,
    srat.map((entry) => entry.pxm),
  );
  const advised = advisedBlockSize(machine.cxl.windows);
  if (machine.arch !== 'x86_64') {
    const cpuNodes = [...new Set(machine.cpuNodes)];
    return { e820: [], ram: firmwareRam(machine), cmdline, srat: [], hypervisor: true, physBits: machine.physBits, cpuNodes, ...lmbOf(machine) };
  }
  return {
    e820: firmwareE820(machine),
    cmdline,
    srat,
    hypervisor: machine.hypervisor,
    physBits: machine.physBits,
    pciWindows: pciWindows(machine),
    cpuNodes: [...new Set(machine.cpuNodes.map((pxm) => nodes.get(pxm) ?? 0))],
    ...(advised === undefined ? {} : { advisedBlockSizeBytes: advised }),
  };
}

/** pseries lists its logical memory blocks where memory may be plugged; else the kernel takes blocks as small as can be. */
function lmbOf({ arch, ramSize, maxramSize }: QemuMachine): Pick<BootInput, 'advisedBlockSizeBytes'> {
  return arch === 'ppc64le' && maxramSize === ramSize ? { advisedBlockSizeBytes: 0 } : {};
}

/** What is there before the kernel starts: what persistent memory holds, and the devices of a monitor that kept running. */
export type KeptOverBoot = Partial<Pick<DeviceState, 'qemu' | 'media' | 'random'>>;

/**
 * Boots the machine that a description names.
 * @throws MachineDescriptionError when it names no machine, or one that would not boot
 */
export function buildMachine(description: MachineDescription, seen?: SeenFirmware, kept: KeptOverBoot = {}): Machine {
  const named = findProfile(description);
  const arch = qemuArchOf(named.arch.name) ?? 'x86_64';
  const qemu = kept.qemu ?? startQemu(description.memory, description.qemu, arch);
  const cmdline = `${QEMU_PLATFORMS[arch].cmdline} ${description.cmdline}`.trim();
  const words = cmdline.split(/\s+/);
  const profile = description.arch === undefined ? pagingOf(named, qemu, words) : named;
  const input: BootInput = { ...bootInputOfQemu(qemu, cmdline), ...seen };
  const map = boot(input, profile);
  if (map.panic !== undefined) {
    const help = 'see the memory options on the command line';
    throw new MachineDescriptionError({ message: `the kernel does not boot: ${map.panic}`, field: 'cmdline', help });
  }
  const machine = new Machine(createKernel(map, profile, input), {
    ...NO_DEVICES,
    ...kept,
    bootedFrom: { description, seen },
    cmdline,
    qemu,
    cxl: { ...NO_CXL, platform: qemu.machine.cxl },
  });
  const drives = !words.includes('acpi=off') && !words.includes('acpi_no_memhotplug');
  if (drives) acpiMemoryBoot(machine, dimmsOf(qemu), map.memoryLimit);
  hmemBoot(machine);
  if (profile.does.driversBuiltIn) for (const name of BUILT_IN) loadModule(machine, name);
  return machine;
}

/** With five-level page tables where kernel, processor and command line agree on them: the limits of addresses rise. */
function pagingOf(profile: KernelProfile, qemu: QemuState, words: readonly string[]): KernelProfile {
  const five = profile.does.fiveLevelPaging && qemu.machine.la57 && !words.includes('no5lvl');
  return five ? resolveProfile(profile.name, 'x86_64-5level', profile.whatIf) : profile;
}

function findProfile(description: MachineDescription): KernelProfile {
  const { kernel, arch = 'x86_64', whatIf } = description;
  if (!profileNames().includes(kernel)) {
    const help = `kernels are ${profileNames().join(', ')}`;
    throw new MachineDescriptionError({ message: `memhp has no kernel ${kernel.slice(0, 40)}`, field: 'kernel', help });
  }
  if (!Object.hasOwn(ARCHITECTURES, arch)) {
    const help = `architectures are ${Object.keys(ARCHITECTURES).join(', ')}`;
    throw new MachineDescriptionError({
      message: `memhp has no architecture ${arch.slice(0, 40)}`,
      field: 'arch',
      help,
    });
  }
  if (qemuArchOf(arch) === undefined) {
    const message = `memhp cannot boot a described machine of ${arch} yet`;
    throw new MachineDescriptionError({
      message,
      field: 'arch',
      help: `${Object.keys(QEMU_PLATFORMS).join(', ')} machines can be described; others can be captured`,
    });
  }
  return resolveProfile(kernel, arch, whatIf);
}
