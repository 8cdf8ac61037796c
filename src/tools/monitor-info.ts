/** The monitor's `info` pages about memory. */

import { MiB } from '../kernel/units.ts';
import { devicesByAddress } from '../drivers/qemu/plug.ts';
import type { QemuMemoryDevice, QemuState } from '../drivers/qemu/qemu.ts';

/** Bytes of guest RAM a device brings. */
function pluggedBytes(device: QemuMemoryDevice): number {
  return device.driver === 'virtio-mem-pci' ? device.pluggedSize : device.size;
}

/** `info memory-devices`: by address. */
export function infoMemoryDevices(state: QemuState): string[] {
  return devicesByAddress(state).flatMap((device) => {
    const { driver, id, addr, slot, node, memdev } = device;
    if (driver === 'virtio-mem-pci') {
      return [
        `Memory device [virtio-mem]: "${id}"`,
        `  memaddr: 0x${addr.toString(16)}`,
        `  node: ${node}`,
        `  requested-size: ${device.requestedSize}`,
        `  size: ${device.pluggedSize}`,
        `  max-size: ${device.size}`,
        `  block-size: ${device.blockSize}`,
        `  memdev: /objects/${memdev}`,
      ];
    }
    if (driver === 'virtio-pmem-pci') {
      return [
        `Memory device [virtio-pmem]: "${id}"`,
        `  memaddr: 0x${addr.toString(16)}`,
        `  size: ${device.size}`,
        `  memdev: /objects/${memdev}`,
      ];
    }
    return [
      `Memory device [${driver === 'nvdimm' ? 'nvdimm' : 'dimm'}]: "${id}"`,
      `  addr: 0x${addr.toString(16)}`,
      `  slot: ${slot}`,
      `  node: ${node}`,
      `  size: ${device.size}`,
      `  memdev: /objects/${memdev}`,
      `  hotplugged: ${device.hotplugged}`,
      '  hotpluggable: true',
    ];
  });
}

/** `info memory_size_summary`. */
export function infoMemorySizeSummary(state: QemuState): string[] {
  const plugged = state.devices.reduce((sum, device) => sum + pluggedBytes(device), 0);
  return [`base memory: ${state.machine.ramSize}`, `plugged memory: ${plugged}`];
}

/** `info numa`. Processors are those present at start, in order. */
export function infoNuma(state: QemuState): string[] {
  const { nodes, cpuNodes } = state.machine;
  const lines = [`${nodes.length} nodes`];
  for (const [id, node] of nodes.entries()) {
    const cpus = cpuNodes.flatMap((home, cpu) => (home === id && cpu < state.machine.cpus ? [cpu] : []));
    const plugged = state.devices
      .filter((device) => device.node === id)
      .reduce((sum, device) => sum + pluggedBytes(device), 0);
    lines.push(
      `node ${id} cpus:${cpus.map((cpu) => ` ${cpu}`).join('')}`,
      `node ${id} size: ${Math.floor((node.size + plugged) / MiB)} MB`,
      `node ${id} plugged: ${Math.floor(plugged / MiB)} MB`,
    );
  }
  return lines;
}
