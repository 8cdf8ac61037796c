/** What a running guest sees of QEMU's DIMMs, and its answers to plug and unplug. */

import type { Nid } from '../../kernel/units.ts';
import { NUMA_NO_NODE } from '../../kernel/units.ts';
import { acpiMemoryDeviceCheck, acpiMemoryEject, type AcpiMemoryDevice } from '../acpi-memory.ts';
import type { Machine } from '../machine.ts';
import { firmwareSrat, nodeOfPxm } from './firmware.ts';
import { removeDevice, type QemuState } from './qemu.ts';

/** Whether the guest's kernel drives ACPI memory devices at all. */
function guestListens(machine: Machine): 'yes' | 'without-driver' | 'no' {
  const words = machine.devices.cmdline.split(/\s+/);
  if (words.includes('acpi=off')) return 'no';
  return words.includes('acpi_no_memhotplug') ? 'without-driver' : 'yes';
}

/** The DIMMs as firmware describes them; an nvdimm has a slot but no memory device. */
export function dimmsOf(state: QemuState): AcpiMemoryDevice[] {
  const nodes = nodesByPxm(state);
  return state.devices
    .filter((device) => device.driver === 'pc-dimm')
    .map(({ slot, addr, size, node }) => ({
      instance: slot,
      ranges: [{ start: addr, end: addr + size }],
      nid: nodes.get(node) ?? NUMA_NO_NODE,
    }));
}

function nodesByPxm(state: QemuState): Map<number, Nid> {
  return nodeOfPxm(
    state.machine,
    firmwareSrat(state).map((entry) => entry.pxm),
  );
}

/** Tells the guest of a new DIMM. */
export function guestSeesDimm(machine: Machine, slot: number): void {
  const { qemu } = machine.devices;
  if (qemu !== undefined && guestListens(machine) === 'yes') acpiMemoryDeviceCheck(machine, slot, dimmsOf(qemu));
}

/** Asks the guest to let a DIMM go; QEMU takes it out when the guest ejects it. */
export function guestEjectsDimm(machine: Machine, slot: number): void {
  if (guestListens(machine) === 'no' || !acpiMemoryEject(machine, slot)) return;
  const { qemu } = machine.devices;
  if (qemu !== undefined) machine.devices = { ...machine.devices, qemu: removeDevice(qemu, slot) };
}
