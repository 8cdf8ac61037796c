/** What a q35 machine's firmware tells the kernel: e820 map, SRAT and host bridge windows. */

import type { E820Entry, FirmwareRam, SratMemory } from '../../kernel/boot/boot-map.ts';
import { KiB, MiB, type ByteRange, type Nid } from '../../kernel/units.ts';
import type { QemuMachine } from './machine.ts';
import { firmwareReservedBytes, Q35_ECAM } from './layout.ts';
import type { QemuState } from './qemu.ts';

/** End of base memory without the extended BIOS data area. */
const EBDA = 0x9fc00;
const BASE_END = 640 * KiB;

/** The map SeaBIOS hands over (`BIOS-e820:` in the kernel's log). */
export function firmwareE820(machine: QemuMachine): E820Entry[] {
  const { layout } = machine;
  const reservedFrom =
    layout.lowEnd -
    (layout.lowEnd % 4096) -
    firmwareReservedBytes({
      ramSize: machine.ramSize,
      aboveFourGiB: layout.high.end > layout.high.start,
      slots: machine.slots,
      nvdimm: machine.nvdimm,
      cpus: machine.maxCpus,
      sockets: machine.sockets,
      nodes: machine.nodes.length,
    });
  const entries: E820Entry[] = [
    { start: 0, end: EBDA, type: 'ram' },
    { start: EBDA, end: BASE_END, type: 'reserved' },
    { start: 0xf0000, end: MiB, type: 'reserved' },
    { start: MiB, end: reservedFrom, type: 'ram' },
    { start: reservedFrom, end: layout.lowEnd, type: 'reserved' },
    { ...Q35_ECAM, type: 'reserved' },
    // The chipset's root complex block and the flash.
    { start: 0xfed1c000, end: 0xfed20000, type: 'reserved' },
    { start: 0xfffc0000, end: 0x100000000, type: 'reserved' },
  ];
  if (layout.high.end > layout.high.start) entries.push({ ...layout.high, type: 'ram' });
  if (layout.reserved !== undefined) entries.push({ ...layout.reserved, type: 'reserved' });
  return entries.sort((a, b) => a.start - b.start);
}

/** Memory as the device tree lists it: QEMU adds a node's entry before those of the nodes before it. */
export function firmwareRam(machine: QemuMachine): FirmwareRam[] {
  const { high } = machine.layout;
  let start = high.start;
  const ranges = machine.nodes.map(({ size }, nid) => ({ start, end: (start += size), nid }));
  return ranges.length === 0 ? [high] : ranges.filter((range) => range.start < range.end).reverse();
}

/** Node number of each proximity domain: the kernel numbers them as it meets them, processors first. */
export function nodeOfPxm(machine: QemuMachine, domains: readonly number[]): Map<number, Nid> {
  const nodes = new Map<number, Nid>();
  for (const pxm of [...machine.cpuNodes, ...domains]) if (!nodes.has(pxm)) nodes.set(pxm, nodes.size);
  return nodes;
}

/** Memory entries of the SRAT in table order; none when the machine has no NUMA description. */
export function firmwareSrat(state: QemuState): SratMemory[] {
  const { machine, devices } = state;
  const { layout } = machine;
  // A device tree names nodes too, but no proximity domains.
  if (machine.arch !== 'x86_64') return [];
  const raw: { start: number; end: number; pxm: number; hotplug: boolean; nonVolatile: boolean }[] = [];
  const plain = (start: number, end: number, pxm: number): void => {
    if (end > start) raw.push({ start, end, pxm, hotplug: false, nonVolatile: false });
  };
  let at = 0;
  for (const [pxm, node] of machine.nodes.entries()) {
    const end = at + node.size;
    // Offsets into RAM: around the hole below 1 MiB, then past the one below 4 GiB.
    plain(Math.min(at, BASE_END), Math.min(end, BASE_END), pxm);
    plain(Math.min(Math.max(at, MiB), layout.lowEnd), Math.min(end, layout.lowEnd), pxm);
    const shift = layout.high.start - layout.lowEnd;
    plain(Math.max(at, layout.lowEnd) + shift, Math.max(end, layout.lowEnd) + shift, pxm);
    at = end;
  }
  if (machine.nodes.length === 0) return [];
  for (const device of devices) {
    if (device.driver !== 'nvdimm') continue;
    raw.push({
      start: device.addr,
      end: device.addr + device.size,
      pxm: device.node,
      hotplug: false,
      nonVolatile: true,
    });
  }
  if (layout.deviceMemory.end > layout.deviceMemory.start) {
    raw.push({ ...layout.deviceMemory, pxm: machine.nodes.length - 1, hotplug: true, nonVolatile: false });
  }
  const nodes = nodeOfPxm(
    machine,
    raw.map((entry) => entry.pxm),
  );
  return raw.map((entry) => ({ ...entry, nid: nodes.get(entry.pxm) as Nid }));
}

/** Memory windows of the PCI host bridge, ascending. */
export function pciWindows(machine: QemuMachine): ByteRange[] {
  return [
    { start: 0xa0000, end: 0xc0000 },
    { start: machine.layout.lowEnd, end: Q35_ECAM.start },
    { start: Q35_ECAM.end, end: 0xfec00000 },
    machine.layout.hole64,
  ].filter((window) => window.end > window.start);
}
