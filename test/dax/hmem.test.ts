/** dax_hmem held to nvdimm-dax.md §9.3, §5.1 and golden scenario G12. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { loadModule, unloadModule } from '../../src/drivers/modules.ts';
import { runShell } from '../../src/tools/shell.ts';
import { device, files, iomem, log, logLength, ranges } from './dax-machine.ts';

function boot(kernel: string, cmdline: string, memory = '2G'): Machine {
  return buildMachine({ kernel, memory, cmdline, qemu: [] });
}

const HMEM = /Soft|hmem|dax|kmem/;

describe('6.12', () => {
  test('a soft-reserved range becomes a device that kmem takes', () => {
    const machine = boot('6.12', 'memmap=300M%1312M-1+0xefffffff memhp_default_state=offline', '3G');
    expect(iomem(machine, HMEM)).toEqual(['52000000-64bfffff : Soft Reserved']);
    loadModule(machine, 'dax_hmem');
    expect(ranges(machine, 'dax0.0')).toEqual(['52000000-64bfffff']);
    expect(device(machine, 'dax0.0').binding).toBeUndefined();
    loadModule(machine, 'device_dax');
    expect(device(machine, 'dax0.0').binding).toBeUndefined();
    loadModule(machine, 'kmem');
    expect(iomem(machine, HMEM)).toEqual([
      '52000000-64bfffff : Soft Reserved',
      '58000000-5fffffff : dax0.0',
      '58000000-5fffffff : System RAM (kmem)',
    ]);
    unloadModule(machine, 'dax_hmem');
    expect(iomem(machine, HMEM)).toEqual(['52000000-64bfffff : Soft Reserved']);
    expect(machine.devices.dax.devices).toEqual([]);
  });

  test('a misaligned range is lost, and its number with it', () => {
    const machine = boot('6.12', 'memmap=101M%1025M-1+0xefffffff memmap=300M%1312M-1+0xefffffff', '3G');
    const skip = logLength(machine);
    loadModule(machine, 'dax_hmem');
    expect(log(machine, skip)).toEqual(['hmem hmem.0: probe with driver hmem failed with error -12']);
    expect(machine.devices.dax.devices.map(({ name }) => name)).toEqual(['dax1.0']);
    expect(files(machine).list('/sys/bus/dax/devices')).toEqual(['dax1.0']);
    expect(files(machine).readlink('/sys/bus/dax/devices/dax1.0')).toBe('../../../devices/platform/hmem.1/dax1.0');
  });

  test('region_idle: the device is empty, and device_dax is its driver', () => {
    const machine = boot('6.12', 'memmap=512M%1G-1+0xefffffff dax_hmem.region_idle=1');
    for (const name of ['kmem', 'device_dax', 'dax_hmem']) loadModule(machine, name);
    const tree = files(machine);
    const parent = '/sys/devices/platform/hmem.0';
    expect(tree.read(`${parent}/dax0.0/size`)).toBe('0\n');
    expect(tree.read(`${parent}/dax_region/available_size`)).toBe('536870912\n');
    expect(tree.write(`${parent}/dax0.0/size`, '134217728\n')).toBe(0);
    expect(tree.write('/sys/bus/dax/drivers/device_dax/bind', 'dax0.0')).toBe(0);
    expect(tree.readlink(`${parent}/dax0.0/driver`)).toBe('../../../../bus/dax/drivers/device_dax');
    expect(tree.readlink(`${parent}/dax0.0/subsystem`)).toBe('../../../../bus/dax');
    expect(tree.read(`${parent}/dax0.0/mapping0/end`)).toBe('0x47ffffff\n');
    expect(tree.read(`${parent}/dax0.0/mapping0/page_offset`)).toBe('0x0\n');
  });
});

test('region_idle as a parameter of the module, and later', () => {
  const machine = boot('6.12', 'memmap=512M%1G-1+0xefffffff');
  const typed = (line: string): readonly string[] => runShell(machine, line).output;
  expect(typed('modprobe dax_hmem region_idle=1')).toEqual([]);
  expect(typed('cat /sys/module/dax_hmem/parameters/region_idle')).toEqual(['Y']);
  expect(typed('cat /sys/devices/platform/hmem.0/dax_region/available_size')).toEqual(['536870912']);
  expect(typed('echo n > /sys/module/dax_hmem/parameters/region_idle')).toEqual([]);
  expect(typed('cat /sys/module/dax_hmem/parameters/region_idle')).toEqual(['N']);
});

describe('6.1', () => {
  test('boot claims each range; the device lies inside, and device_dax takes it', () => {
    const machine = boot('6.1', 'memmap=512M%1G-1+0xefffffff');
    expect(iomem(machine, HMEM)).toEqual(['40000000-5fffffff : hmem.0', '40000000-5fffffff : Soft Reserved']);
    for (const name of ['kmem', 'device_dax', 'dax_hmem']) loadModule(machine, name);
    expect(iomem(machine, HMEM)).toEqual([
      '40000000-5fffffff : hmem.0',
      '40000000-5fffffff : Soft Reserved',
      '40000000-5fffffff : dax0.0',
    ]);
    unloadModule(machine, 'dax_hmem');
    expect(iomem(machine, HMEM)).toEqual(['40000000-5fffffff : hmem.0', '40000000-5fffffff : Soft Reserved']);
  });

  test('a misaligned range is lost', () => {
    const machine = boot('6.1', 'memmap=101M%1025M-1+0xefffffff');
    const skip = logLength(machine);
    loadModule(machine, 'dax_hmem');
    expect(log(machine, skip)).toEqual(['hmem: probe of hmem.0 failed with error -12']);
  });
});
