/** Where regions come from beside a machine's own NVDIMMs: virtio-pmem, NVDIMMs plugged in later, the top of memory. */

import { describe, expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { loadModule, unloadModule } from '../../src/drivers/modules.ts';
import { modelFiles } from '../../src/sysfs/model-files.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';
import { e820Machine, NdMachine, nvdimmMachine } from './nd-machine.ts';

function virtioPmem(size: string, type = 'memory-backend-ram'): NdMachine {
  const file = type === 'memory-backend-file' ? ',mem-path=/tmp/pmem,share=on' : '';
  const machine = buildMachine({
    kernel: '6.12', memory: '2G,slots=2,maxmem=16G', cmdline: '',
    qemu: ['-object', `${type},id=m,size=${size}${file}`, '-device', 'virtio-pmem-pci,id=p,memdev=m'],
  });
  for (const name of ['virtio_pci', 'virtio_pmem', 'nd_pmem', 'dax_pmem', 'device_dax']) loadModule(machine, name);
  const [bus] = machine.devices.nvdimm.buses;
  return new NdMachine(machine, bus?.parent ?? '');
}

describe('virtio-pmem', () => {
  test('maps by itself, at the top level of /proc/iomem', () => {
    const nd = virtioPmem('256M');
    expect(nd.iomem()).toEqual(['100000000-10fffffff : namespace0.0']);
    expect(nd.read('namespace0.0', 'mode')).toBe('memory');
    // A region without DIMMs is taken for one that cannot flush, though this one can.
    expect(nd.log().filter((line) => line.includes('nd_pmem'))).toEqual([
      'nd_pmem namespace0.0: unable to guarantee persistence of writes',
    ]);
  });

  test('14 MiB map in units of a page, 101 MiB do not map', () => {
    expect(virtioPmem('14M').read('region0', 'align')).toBe('0x1000');
    const odd = virtioPmem('101M', 'memory-backend-file');
    expect(odd.log().filter((line) => line.includes('nd_pmem'))).toEqual([
      'nd_pmem namespace0.0: [mem 0x100000000-0x1064fffff flags 0x200] misaligned, unable to map',
      'nd_pmem namespace0.0: probe with driver nd_pmem failed with error -95',
    ]);
  });

  test('writing an info block needs a file behind it', () => {
    for (const [type, expected] of [['memory-backend-ram', -5], ['memory-backend-file', 0]] as const) {
      const nd = virtioPmem('256M', type);
      nd.unbind('nd_pmem', 'namespace0.0');
      nd.log();
      expect(nd.enable('namespace0.0', 'dax')).toBe(expected);
      expect(nd.log()).toEqual(expected === 0 ? [] : ['dax_pmem dax0.0: probe with driver dax_pmem failed with error -5']);
    }
  });
});

test('with NUMA off a range has no target node, and the kernel says so (as Debian\'s 6.12.117 does in QEMU)', () => {
  const machine = buildMachine({
    kernel: '6.12', memory: '2G,slots=2,maxmem=16G', cmdline: 'numa=off',
    qemu: ['-M', 'q35,nvdimm=on', '-object', 'memory-backend-ram,id=m,size=514M', '-device', 'nvdimm,memdev=m,label-size=128K'],
  });
  loadModule(machine, 'nfit');
  expect(new NdMachine(machine, '').log().filter((text) => text.startsWith('nfit'))).toEqual([
    'nfit ACPI0012:00: changing numa node from -1 to 0 for nfit region [0x0000000100000000-0x000000011fffffff]',
    'nfit ACPI0012:00: changing target node from -1 to -1 for nfit region [0x0000000100000000-0x000000011fffffff]',
  ]);
  expect(machine.devices.nvdimm.regions.map(({ numaNode, targetNode }) => [numaNode, targetNode])).toEqual([[0, -1]]);
});

test.each([['', '', [0x120000000, 0x100000000]], ['id=nv0,', 'id=nv1,', [0x100000000, 0x120000000]]])(
  'ranges come in the order of QEMU\'s hash table, DIMMs by slot (as seen on QEMU 7.2): %s %s', (first, second, expected) => {
    const machine = buildMachine({
      kernel: '6.12', memory: '1G,slots=4,maxmem=16G', cmdline: '',
      qemu: [
        '-M', 'q35,nvdimm=on', '-object', 'memory-backend-ram,id=n0,size=514M', '-device', `nvdimm,${first}memdev=n0,label-size=128K`,
        '-object', 'memory-backend-ram,id=n1,size=514M', '-device', `nvdimm,${second}memdev=n1,label-size=128K`,
      ],
    });
    loadModule(machine, 'nfit');
    const { regions, dimms } = machine.devices.nvdimm;
    expect(regions.map(({ start }) => start)).toEqual(expected);
    expect(dimms.map(({ handle }) => handle)).toEqual([1, 2]);
  },
);

describe('a plugged NVDIMM', () => {
  test('appears at once while the driver is there, with the driver otherwise', () => {
    const nd = nvdimmMachine('256M');
    for (const line of ['object_add memory-backend-ram,id=x,size=512M', 'device_add nvdimm,id=n2,memdev=x']) {
      expect(runMonitor(nd.machine, line).output).toEqual([]);
    }
    expect(nd.iomem()).toEqual([
      '100000000-10fffffff : Persistent Memory',
      '  100000000-10fffffff : namespace0.0',
      '110000000-12fffffff : Persistent Memory',
      '  110000000-12fffffff : namespace1.0',
    ]);
    // Its regions hold the driver as long as they are enabled: 6.1 and 6.12 say so of nd_e820.
    expect(runShell(nd.machine, 'modprobe -r nfit')).toMatchObject({
      exit: 1,
      output: ["modprobe: can't unload module 'nfit': Resource temporarily unavailable"],
    });
    for (const { id } of nd.machine.devices.nvdimm.regions) nd.unbind('nd_region', `region${id}`);
    unloadModule(nd.machine, 'nfit');
    expect(nd.iomem()).toEqual([]);
    loadModule(nd.machine, 'nfit');
    expect(nd.iomem().length).toBe(4);
  });

  test('brings the bus when it is the first', () => {
    const machine = buildMachine({ kernel: '6.12', memory: '1G,slots=2,maxmem=4G', cmdline: '', qemu: ['-M', 'q35,nvdimm=on'] });
    loadModule(machine, 'nfit');
    expect(modelFiles(machine).list('/sys/bus/nd/devices')).toEqual([]);
    runMonitor(machine, 'object_add memory-backend-ram,id=x,size=512M');
    runMonitor(machine, 'device_add nvdimm,id=n2,memdev=x');
    expect(modelFiles(machine).list('/sys/class/nd')).toEqual(['ndctl0']);
  });
});

test('legacy memory above the last RAM has no node', () => {
  expect(e820Machine('memmap=256M!1G', { memory: '2G' }).read('region0', 'target_node')).toBe('0');
  const top = e820Machine('memmap=510M!512M mem=1022M', { memory: '1G' });
  expect(top.read('region0', 'numa_node')).toBe('-1');
  expect(top.read('region0', 'target_node')).toBe(-2);
});
