/** What every driver of a namespace checks first, and whether a namespace gets struct pages by itself. */

import { EACCES, EBUSY, ENODEV, ENXIO, EOPNOTSUPP, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { IORESOURCE_SYSTEM_RAM } from '../../kernel/resource.ts';
import { regionIntersects } from '../../kernel/resource-query.ts';
import { hexPadded, isAligned } from '../../kernel/units.ts';
import type { Machine } from '../machine.ts';
import {
  childByName, dimmById, namespaceByName, regionById,
  type ChildRef, type NdChild, type NdNamespace, type NdRegion,
} from './state.ts';

/** Least size of a namespace that is probed. @kernel include/uapi/linux/ndctl.h: ND_MIN_NAMESPACE_SIZE */
const ND_MIN_NAMESPACE_SIZE = 4096;

function point(condition: string): CheckPoint {
  return { file: 'drivers/nvdimm/namespace_devs.c', fn: 'nvdimm_namespace_common_probe', condition };
}
const HAS_NAMESPACE = point('the device has a namespace');
const NOT_RAW = point('its namespace is not bound itself');
const NOT_CLAIMED = point('nobody has claimed the namespace');
const UNLOCKED = point('no DIMM below is locked');
const LARGE_ENOUGH = point('the namespace has at least 4096 bytes');
const COMPAT_ALIGNED = point('start and end of the namespace are multiples of what memremap needs');
const HAS_UUID = point('the labelled namespace has a uuid');

/**
 * Whether a namespace is mapped with struct pages though nothing is written on it.
 * @kernel drivers/nvdimm/namespace_devs.c: pmem_should_map_pages
 * Since Linux ("libnvdimm/pmem: Honor force_raw for legacy pmem regions") (v5.1) force_raw prevents it.
 */
export function pmemShouldMapPages(machine: Machine, region: NdRegion, child: NdChild): boolean {
  const { regionIntersectsDescendants, forceRawSkipsPages } = machine.kernel.profile.does;
  if (region.flags.pagemap !== true || child.kind !== 'namespace') return false;
  if (child.forceRaw && forceRawSkipsPages) return false;
  const end = child.start + child.size;
  const ram = regionIntersects(machine.kernel.iomem, child.start, end, IORESOURCE_SYSTEM_RAM, regionIntersectsDescendants);
  return ram !== 'mixed';
}

/**
 * The alignment memremap needs for start and end.
 * @kernel mm/memremap.c: memremap_compat_align
 * Since Linux 9ffc1d19fc4a ("mm/memremap_pages: Introduce memremap_compat_align()") (v5.7); before it, nothing was checked here.
 */
export function memremapCompatAlign(machine: { readonly kernel: Pick<Kernel, 'profile'> }): number {
  return machine.kernel.profile.arch.subsectionSize;
}

/**
 * A namespace's resource as the kernel prints it: `[mem 0x…-0x… flags 0x200]`, or without the flags. One whose size was
 * written has none, so that it is of no kind: `[??? 0x…-0x… flags 0x0]`.
 * @kernel lib/vsprintf.c: resource_string
 */
export function printResource({ start, size, sizeWritten = false }: NdNamespace, withFlags = true): string {
  const range = `${hexPadded(start, 8)}-${hexPadded(start + size - 1, 8)}`;
  if (sizeWritten) return `[??? ${range} flags 0x0]`;
  return `[mem ${range}${withFlags ? ' flags 0x200' : ''}]`;
}

/**
 * The namespace to work on, or −errno: −ENODEV without one or when it is too small or has no uuid, −EBUSY when it is
 * bound raw, −ENXIO when it is claimed, −EACCES when locked, −EOPNOTSUPP when it cannot be mapped.
 * @kernel drivers/nvdimm/namespace_devs.c: nvdimm_namespace_common_probe
 */
export function nvdimmNamespaceCommonProbe(machine: Machine, ref: ChildRef): NdNamespace | Errno {
  const { kernel } = machine;
  const region = regionById(machine, ref.region) as NdRegion;
  const child = childByName(machine, ref.region, ref.name) as NdChild;
  const check = (at: CheckPoint, passed: boolean): boolean => {
    kernel.explain?.(at, passed, { device: ref.name });
    return passed;
  };
  let namespace: NdNamespace;
  if (child.kind === 'namespace') {
    if (!check(NOT_CLAIMED, child.claim === undefined)) return -ENXIO;
    namespace = child;
  } else {
    const claimed = namespaceByName(machine, ref.region, child.namespace);
    check(HAS_NAMESPACE, claimed !== undefined);
    if (claimed === undefined) return -ENODEV;
    if (!check(NOT_RAW, claimed.driver === undefined)) return -EBUSY;
    namespace = claimed;
  }
  const locked = region.mappings.some(({ dimm }) => dimmById(machine, dimm)?.locked === true);
  if (!check(UNLOCKED, !locked)) return -EACCES;
  const large = namespace.size >= ND_MIN_NAMESPACE_SIZE;
  kernel.explain?.(LARGE_ENOUGH, large, { size: namespace.size });
  if (!large) return -ENODEV;
  if (kernel.profile.does.checksCompatAlign && pmemShouldMapPages(machine, region, child)) {
    const { start, size } = namespace;
    const unit = memremapCompatAlign(machine);
    const aligned = isAligned(start, unit) && isAligned(start + size, unit);
    kernel.explain?.(COMPAT_ALIGNED, aligned, { start, end: start + size, unit });
    if (!aligned) {
      kernel.printk(3, `nd_pmem ${ref.name}: ${printResource(namespace)} misaligned, unable to map`);
      return -EOPNOTSUPP;
    }
  }
  if (namespace.labelled && !check(HAS_UUID, namespace.uuid !== undefined)) return -ENODEV;
  return namespace;
}
