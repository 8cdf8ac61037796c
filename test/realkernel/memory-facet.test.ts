/** The facet memory: what a guest's files say, and the model's own count where the kernel's is known from its rules. */

import { expect, test } from 'vitest';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import { memoryLines } from '../../src/realkernel/guest-state.ts';
import { memoryChange, modelMemory } from '../../src/realkernel/model-memory.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

test('lines of meminfo and vmstat become the facet; totals are compared with those of boot', () => {
  const files = ['MemTotal:        1988920 kB', 'Node 0 MemTotal:        997456 kB', 'Node 0 MemFree: 1 kB', 'nr_memmap_pages 512'];
  const facet = memoryLines([...files, 'nr_memmap_boot_pages 8192']);
  expect(facet).toEqual(['MemTotal 1988920', 'node0 MemTotal 997456', 'nr_memmap_pages 512', 'nr_memmap_boot_pages 8192']);
  const boot = ['MemTotal 1857848', 'nr_memmap_pages 0', 'nr_memmap_boot_pages 8192'];
  expect(memoryChange(facet, boot)).toEqual([
    'MemTotal +131072 kB since boot',
    // A node that came with the memory.
    'node0 MemTotal +997456 kB since boot',
    'nr_memmap_pages 512',
    'nr_memmap_boot_pages 8192',
  ]);
});

/**
 * 256 MiB of DIMM cost 64 bytes a page: 1024 pages of memmap; on it, they are not for the allocator. 6.1 puts them there
 * only for a range of a single block (kernel-core: mhp_supports_memmap_on_memory).
 */
test.each([
  ['6.12', '', 256, 262144, 1024],
  ['6.12', 'memory_hotplug.memmap_on_memory=1', 256, 262144 - 4096, 1024],
  ['6.1', 'memory_hotplug.memmap_on_memory=1', 256, 262144, undefined],
  ['6.1', 'memory_hotplug.memmap_on_memory=1', 128, 131072 - 2048, undefined],
])('a DIMM on %s %s, %i MiB', (kernel, cmdline, mib, kB, memmap) => {
  const machine = buildMachine({ kernel, memory: '1G,slots=2,maxmem=4G', cmdline: `memhp_default_state=online_movable ${cmdline}`, qemu: [] });
  const boot = modelMemory(machine);
  runMonitor(machine, `object_add memory-backend-ram,id=m0,size=${mib}M`);
  runMonitor(machine, 'device_add pc-dimm,id=d0,memdev=m0');
  const changed = memoryChange(modelMemory(machine), boot);
  expect(changed.slice(0, 2)).toEqual([`MemTotal +${kB} kB since boot`, `node0 MemTotal +${kB} kB since boot`]);
  expect(changed.find((line) => line.startsWith('nr_memmap_pages'))).toBe(memmap === undefined ? undefined : `nr_memmap_pages ${memmap}`);
  runShell(machine, 'for b in 32 33; do echo offline > /sys/devices/system/memory/memory$b/state; done');
  expect(memoryChange(modelMemory(machine), boot)[0]).toBe('MemTotal +0 kB since boot');
});
