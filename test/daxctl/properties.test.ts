/** Whatever is typed at daxctl: its numbers add up, nothing has two owners, and all destroyed is as it began. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { violations } from '../../src/kernel/invariants.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import { runShell } from '../../src/tools/shell.ts';

function startMachine(kernel: string): Machine {
  const cmdline = 'memhp_default_state=offline memmap=512M%1G-1+0xefffffff memmap=188M%1732M-1+0xefffffff';
  const machine = buildMachine({ kernel, memory: '3G', cmdline, qemu: [] });
  runShell(machine, 'modprobe dax_hmem; modprobe device_dax; modprobe kmem; true');
  return machine;
}

interface Listed {
  readonly chardev: string;
  readonly size: number;
}

interface ListedRegion {
  readonly size: number;
  readonly available_size?: number;
  readonly devices?: readonly (Listed & { readonly mappings?: readonly { readonly size: number }[] })[];
}

const device = fc.constantFrom('dax0.0', 'dax0.1', 'dax0.2', 'dax1.0', 'dax1.1', 'all', 'dax9.9');
const size = fc.constantFrom('0', '2M', '64M', '128M', '130M', '300M', '3M', '1G', 'x');
const command = fc.oneof(
  fc.tuple(fc.constantFrom('enable-device', 'disable-device', 'online-memory', 'offline-memory', 'destroy-device', 'destroy-device -f'), device)
    .map(([verb, name]) => `daxctl ${verb} ${name}`),
  fc.tuple(fc.constantFrom('-m devdax', '-m devdax -f', '-m system-ram', '-m system-ram -N', '-m system-ram --no-movable', '-a 4K', '-a 1G'), device)
    .map(([option, name]) => `daxctl reconfigure-device ${option} ${name}`),
  fc.tuple(size, device).map(([bytes, name]) => `daxctl reconfigure-device -s ${bytes} ${name}`),
  fc.tuple(size, fc.constantFrom('', '-r 0', '-r 1'), fc.constantFrom('', '-a 4K')).map((words) => `daxctl create-device -s ${words.join(' ')}`),
);

/** Sizes in a listing add up to the regions. */
function checkListing(machine: Machine): void {
  const { output } = runShell(machine, 'daxctl list -DRMi');
  if (output.length === 0) return;
  for (const region of JSON.parse(output.join('\n')) as ListedRegion[]) {
    const devices = region.devices ?? [];
    const used = devices.reduce((sum, each) => sum + each.size, 0);
    expect(used + (region.available_size ?? 0)).toBe(region.size);
    for (const each of devices) {
      expect((each.mappings ?? []).reduce((sum, mapping) => sum + mapping.size, 0)).toBe(each.size);
    }
  }
}

test.each(['6.1', '6.12'])('any sequence on %s', (kernel) => {
  const machine = startMachine(kernel);
  runShell(machine, 'daxctl reconfigure-device -m devdax -f all; daxctl disable-device all; daxctl reconfigure-device -s 0 all');
  const start = machine.snapshot();
  const iomem = printIomem(machine.kernel.iomem);
  fc.assert(
    fc.property(fc.array(command, { maxLength: 12 }), (lines) => {
      machine.restore(start);
      for (const line of lines) {
        const { exit } = runShell(machine, line);
        expect(exit).toBeGreaterThanOrEqual(0);
        checkListing(machine);
      }
      expect(violations(machine.kernel)).toEqual([]);
      // Offline first, or what is online stays for good.
      runShell(machine, 'daxctl offline-memory all; daxctl reconfigure-device -m devdax -f all; daxctl destroy-device -f all');
      const stuck = printIomem(machine.kernel.iomem).some((line) => line.includes('kmem'));
      if (!stuck) expect(printIomem(machine.kernel.iomem)).toEqual(iomem);
    }),
    { numRuns: 40 },
  );
});
