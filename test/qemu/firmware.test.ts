/** Firmware of machines that no recorded kernel ran on: as SeaBIOS and QEMU's ACPI tables have it. */

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { splitMemoryArgument, startQemu } from '../../src/drivers/qemu/args.ts';
import { firmwareE820, firmwareSrat, pciWindows } from '../../src/drivers/qemu/firmware.ts';
import type { RecordedFirmware } from './read-firmware.ts';

interface Row extends RecordedFirmware {
  readonly args: string[];
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/firmware.json', import.meta.url), 'utf8')) as {
  rows: Row[];
};
const hex = (value: number): string => value.toString(16);

describe('firmware', () => {
  for (const row of recorded.rows) {
    test(row.args.join(' '), () => {
      const { memory, rest } = splitMemoryArgument(row.args);
      const state = startQemu(memory, rest);
      const e820 = firmwareE820(state.machine).map(
        ({ start, end, type }) => `${hex(start)} ${hex(end)} ${type === 'ram' ? 1 : 2}`,
      );
      expect(e820).toEqual(row.e820);
      const srat = firmwareSrat(state).map(({ pxm, start, end, hotplug, nonVolatile }) =>
        `${pxm} ${hex(start)} ${hex(end)} ${hotplug ? 'h' : ''}${nonVolatile ? 'n' : ''}`.trim(),
      );
      expect(srat).toEqual(row.srat.filter((line) => !line.startsWith('cpu')));
      const cpus = row.srat.filter((line) => line.startsWith('cpu')).map((line) => Number(line.split(' ')[2]));
      if (cpus.length > 0) expect(state.machine.cpuNodes).toEqual(cpus);
      expect(
        pciWindows(state.machine)
          .map(({ start, end }) => `${hex(start)} ${hex(end)}`)
          .sort(),
      ).toEqual([...row.windows].sort());
    });
  }
});
