/** Firmware of every recorded machine: e820, SRAT and PCI windows equal what the kernels logged. */

import { describe, expect, test } from 'vitest';
import { splitMemoryArgument, startQemu } from '../../src/drivers/qemu/args.ts';
import { firmwareE820, firmwareSrat, pciWindows } from '../../src/drivers/qemu/firmware.ts';
import { readTraces } from './traces.ts';

const wide = (value: number, digits: number): string => '0x' + value.toString(16).padStart(digits, '0');
const TYPES: Readonly<Record<string, string>> = { ram: 'usable', reserved: 'reserved' };
const all = readTraces();

describe('recorded boots', () => {
  if (all.length === 0) test.skip('no recordings here', () => {});
  for (const { file, trace } of all) {
    test(file, () => {
      const { memory, rest } = splitMemoryArgument(trace.qemu);
      const state = startQemu(memory, rest);
      const e820 = firmwareE820(state.machine).map(
        ({ start, end, type }) => `BIOS-e820: [mem ${wide(start, 16)}-${wide(end - 1, 16)}] ${TYPES[type]}`,
      );
      expect(e820).toEqual(trace.boot_dmesg.filter((line) => line.startsWith('BIOS-e820:')));

      const srat = firmwareSrat(state).map(({ nid, pxm, start, end, hotplug, nonVolatile }) => {
        const flags = (hotplug ? ' hotplug' : '') + (nonVolatile ? ' non-volatile' : '');
        return `ACPI: SRAT: Node ${nid} PXM ${pxm} [mem ${wide(start, 8)}-${wide(end - 1, 8)}]${flags}`;
      });
      expect(srat).toEqual(trace.boot_dmesg.filter((line) => /^ACPI: SRAT: Node /.test(line)));

      const windows = pciWindows(state.machine).map(
        ({ start, end }) => `pci_bus 0000:00: root bus resource [mem ${wide(start, 8)}-${wide(end - 1, 8)} window]`,
      );
      expect(windows).toEqual(trace.boot_dmesg.filter((line) => /root bus resource \[mem/.test(line)));
    });
  }
});
