/** Volatile regions of 6.12: no QEMU here has such cards, so these follow the kernel's source. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { printIomem } from '../../src/kernel/resource-query.ts';
import type { CheckStep } from '../../src/kernel/explain.ts';
import { runShell } from '../../src/tools/shell.ts';

function machineWith({ kernel = '6.12', cpu = 'max,-hypervisor', memory = '2G', card = 'volatile-memdev=cm1', size = '1G', window = '4G', cmdline = '' }): Machine {
  const qemu = [
    '-M', `q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=${window}`, '-cpu', cpu,
    '-object', `memory-backend-ram,id=cm1,size=${size}`, '-object', 'memory-backend-ram,id=lsa1,size=256K',
    '-device', 'pxb-cxl,bus_nr=12,bus=pcie.0,id=cxl.1', '-device', 'cxl-rp,port=0,bus=cxl.1,id=rp0,chassis=0,slot=2',
    '-device', `cxl-type3,bus=rp0,${card},lsa=lsa1,id=pm0`,
  ];
  const machine = buildMachine({ kernel, memory, cmdline, qemu });
  runShell(machine, 'for m in cxl_acpi cxl_pci cxl_mem cxl_pmem dax_cxl device_dax; do modprobe $m; done');
  return machine;
}

/** What someone types who has no cxl 77. Sizes in bytes, hexadecimal. */
function createRam(machine: Machine, size: string): readonly string[] {
  const lines = [
    'cd /sys/bus/cxl/devices/decoder0.0; cat create_ram_region > /dev/null; echo region0 > create_ram_region',
    `cd /sys/bus/cxl/devices/region0; echo 256 > interleave_granularity; echo 1 > interleave_ways; echo ${size} > size`,
    `cd /sys/bus/cxl/devices/decoder2.0; echo ram > mode; echo ${size} > dpa_size`,
    'cd /sys/bus/cxl/devices/region0; echo decoder2.0 > target0; echo 1 > commit; echo region0 > /sys/bus/cxl/drivers/cxl_region/bind',
  ];
  return lines.flatMap((line) => runShell(machine, line).output);
}

function iomem(machine: Machine): string[] {
  return printIomem(machine.kernel.iomem).filter((line) => /CXL|region|dax|kmem/.test(line));
}

describe('a ram region of 6.12', () => {
  test('becomes a dax device, and System RAM where kmem is there', () => {
    const machine = machineWith({ cmdline: 'memhp_default_state=online_movable' });
    runShell(machine, 'modprobe kmem');
    expect(createRam(machine, '0x40000000')).toEqual([]);
    expect(iomem(machine)).toEqual([
      '110000000-20fffffff : CXL Window 0',
      '  110000000-14fffffff : region0',
      '    110000000-14fffffff : dax0.0',
      '      110000000-14fffffff : System RAM (kmem)',
    ]);
    expect(runShell(machine, 'daxctl list -DRM').output.join('\n')).toContain(
      '"path":"\\/platform\\/ACPI0017:00\\/root0\\/decoder0.0\\/region0\\/dax_region0"',
    );
    expect(runShell(machine, 'daxctl list').output.join('\n')).toContain('"total_memblocks":8');
    expect(runShell(machine, 'cxl list -Ru').output).toContain('  "region":"region0",');
  });

  test('waits for kmem: it is of the kind kmem takes', () => {
    const machine = machineWith({});
    createRam(machine, '0x40000000');
    expect(runShell(machine, 'daxctl list').output).toContain('    "state":"disabled"');
    runShell(machine, 'modprobe kmem');
    expect(iomem(machine).at(-1)).toBe('      110000000-14fffffff : System RAM (kmem)');
  });

  test('waits for dax_cxl', () => {
    const machine = machineWith({});
    runShell(machine, 'modprobe -r dax_cxl');
    createRam(machine, '0x40000000');
    expect(runShell(machine, 'daxctl list').output).toEqual([]);
    runShell(machine, 'modprobe dax_cxl; modprobe kmem');
    expect(iomem(machine).at(-1)).toBe('      110000000-14fffffff : System RAM (kmem)');
  });

  test('in a guest its decoders cannot be committed: no guest may write back all caches', () => {
    const machine = machineWith({ cpu: 'max' });
    const steps: CheckStep[] = [];
    machine.kernel.explain = (point, passed, values) => steps.push({ ...point, passed, values });
    const said = createRam(machine, '0x40000000');
    expect(said).toEqual(['sh: write error: No such device or address', 'sh: write error: No such device or address']);
    expect(steps.find(({ fn }) => fn === 'cxl_region_invalidate_memregion')?.passed).toBe(false);
    expect(iomem(machine)).toEqual(['110000000-20fffffff : CXL Window 0', '  110000000-14fffffff : region0']);
  });

  test('a card of QEMU 7.2 is not taken: it cannot interrupt for its event logs', () => {
    const machine = machineWith({ card: 'memdev=cm1' });
    expect(runShell(machine, 'ls /sys/bus/cxl/devices').output).not.toContain('mem0');
  });

  test('6.1 has no such regions', () => {
    const machine = machineWith({ kernel: '6.1' });
    const { output } = runShell(machine, 'cat /sys/bus/cxl/devices/decoder0.0/create_ram_region');
    expect(output.join()).toContain('No such file or directory');
  });

  test('goes as it came', () => {
    const machine = machineWith({ cmdline: 'memhp_default_state=offline' });
    runShell(machine, 'modprobe kmem');
    const before = printIomem(machine.kernel.iomem);
    const { nvdimm, dax } = machine.devices;
    createRam(machine, '0x40000000');
    expect(runShell(machine, 'cxl destroy-region -f region0').output).toEqual(['cxl region: cmd_destroy_region: destroyed 1 region']);
    expect(printIomem(machine.kernel.iomem)).toEqual(before);
    expect(machine.devices.nvdimm).toEqual(nvdimm);
    expect({ ...machine.devices.dax, drivers: [] }).toEqual({ ...dax, drivers: [] });
  });
});

describe('capacity that memory blocks cannot hold', () => {
  // Bare metal with 64 GiB and more has blocks of 2 GiB: RAM of 66 GiB ends at 0x1100000000, a window begins at 0x1110000000.
  const big = { memory: '66G', size: '8G', window: '8G', cmdline: 'memhp_default_state=offline' };

  test('6.12 loses what lies before and behind whole blocks of 2 GiB', () => {
    const machine = machineWith(big);
    runShell(machine, 'modprobe kmem');
    createRam(machine, '0x200000000');
    expect(machine.kernel.memoryBlockSizeBytes).toBe(2 ** 31);
    expect(iomem(machine).slice(-3).map((line) => line.trim())).toEqual([
      '1110000000-130fffffff : region0',
      '1180000000-12ffffffff : dax0.0',
      '1180000000-12ffffffff : System RAM (kmem)',
    ]);
  });

  test('6.15 takes the window’s alignment as advice and loses nothing', () => {
    const machine = machineWith({ ...big, kernel: '6.15' });
    runShell(machine, 'modprobe kmem');
    createRam(machine, '0x200000000');
    expect(machine.kernel.memoryBlockSizeBytes).toBe(2 ** 28);
    expect(iomem(machine).slice(-2).map((line) => line.trim())).toEqual([
      '1110000000-130fffffff : dax0.0',
      '1110000000-130fffffff : System RAM (kmem)',
    ]);
  });
});
