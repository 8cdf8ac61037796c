/** device_dax: a device's memory with struct pages, for programs to map. */

import { makeAltmap } from '../../kernel/altmap.ts';
import { EBUSY, EINVAL, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { memremapPages, memunmapPages } from '../../kernel/memremap.ts';
import { releaseRegion, requestRegion } from '../../kernel/resource.ts';
import { hex, type ByteRange } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import { regionOf, type DaxBinding, type DevDax } from './state.ts';

const ONE_STATIC_RANGE: CheckPoint = {
  file: 'drivers/dax/device.c',
  fn: 'dev_dax_probe',
  condition: 'a static device has one range, a dynamic one no page map of its own',
};
const RANGE_FREE: CheckPoint = {
  file: 'drivers/dax/device.c',
  fn: 'dev_dax_probe',
  condition: 'the range can be reserved in /proc/iomem',
};

/**
 * Reserves the ranges and maps them, with compound pages of the device's alignment. −EINVAL for a conflict of static
 * and dynamic, −EBUSY for a taken range, or what memremap_pages() returned.
 * @kernel drivers/dax/device.c: dev_dax_probe
 */
export function deviceDaxProbe(machine: Machine, device: DevDax): DaxBinding | Errno {
  const { kernel } = machine;
  const { name, ranges, pgmap } = device;
  const { isStatic, numaNode } = regionOf(machine, device);
  const fits = isStatic ? ranges.length === 1 : pgmap === undefined;
  kernel.explain?.(ONE_STATIC_RANGE, fits, { device: name, ranges: ranges.length, isStatic });
  if (!fits) {
    const text = isStatic ? 'static pgmap / multi-range device conflict' : 'dynamic-dax with pre-populated page map';
    kernel.printk(4, `device_dax ${name}: ${text}`);
    return -EINVAL;
  }
  for (const [i, range] of ranges.entries()) {
    if (reserve(kernel, name, i, range)) continue;
    release(kernel, ranges.slice(0, i));
    return -EBUSY;
  }
  const { pageSize } = kernel.profile.arch;
  const { start, end, altmap } = pgmap ?? { start: 0, end: 0, altmap: undefined };
  const result = memremapPages(kernel, {
    type: 'generic',
    owner: name,
    device: `device_dax ${name}`,
    ranges: pgmap === undefined ? ranges : [{ start, end }],
    altmap: altmap === undefined ? undefined : makeAltmap(start / pageSize, altmap.reserve, altmap.free),
    vmemmapShift: device.align > pageSize ? Math.log2(device.align / pageSize) : 0,
    // Without a node it is the node of the processor that probes: the first.
    nid: Math.max(numaNode, 0),
  });
  if (result < 0) {
    release(kernel, ranges);
    return result;
  }
  return { driver: 'device_dax', pgmap: result, reserved: ranges };
}

function reserve(kernel: Kernel, name: string, index: number, { start, end }: ByteRange): boolean {
  const claim = requestRegion(kernel.iomem, start, end, name, 0);
  kernel.explain?.(RANGE_FREE, claim.ok, { device: name, start, end, owner: claim.ok ? 'none' : claim.conflict.name });
  if (claim.ok) kernel.iomem = claim.tree;
  else kernel.printk(4, `device_dax ${name}: mapping${index}: ${hex(start)}-${hex(end - 1)} could not reserve range`);
  return claim.ok;
}

function release(kernel: Kernel, ranges: readonly ByteRange[]): void {
  for (const { start, end } of ranges.toReversed()) {
    kernel.iomem = releaseRegion(kernel.iomem, start, end) ?? kernel.iomem;
  }
}

/** Everything goes the way it came. */
export function deviceDaxRemove(machine: Machine, binding: DaxBinding & { driver: 'device_dax' }): void {
  memunmapPages(machine.kernel, binding.pgmap);
  release(machine.kernel, binding.reserved);
}
