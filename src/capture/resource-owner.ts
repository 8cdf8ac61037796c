/** Whose memory a line of /proc/iomem is, by the kernel's names for resources. */

import type { ByteRange } from '../kernel/units.ts';
import type { CapturedResource } from './captured-machine.ts';

/** As the map's owner kinds, so that a picture can be made without translation. */
export type CapturedOwner = 'ram' | 'kmem' | 'virtio-mem' | 'device' | 'unmapped' | 'reserved' | 'mmio';

export interface OwnedRange extends ByteRange {
  readonly kind: CapturedOwner;
  readonly label: string;
}

/** The owner kind of a resource that lies in one of `parent`'s kind (undefined at the top). */
export function ownerOfName(name: string, parent: CapturedOwner | undefined, virtio: boolean): CapturedOwner {
  if (parent === 'ram' || parent === 'kmem' || parent === 'virtio-mem') return parent;
  if (name === 'System RAM') return parent === 'device' ? 'kmem' : 'ram';
  if (/^System RAM \(/.test(name)) return virtio || /virtio/.test(name) ? 'virtio-mem' : 'kmem';
  if (/^(?:Kernel (?:code|data|bss|rodata)|Crash kernel)\b/.test(name)) return 'ram';
  if (/^(?:namespace|dax)\d+\.\d+/.test(name)) return 'device';
  if (/^(?:Persistent Memory|Persistent RAM|Soft Reserved|CXL Window|region\d+|hmem\.\d+|virtio-mem)/.test(name))
    return 'unmapped';
  if (
    /^reserved$/i.test(name) ||
    /^(?:ACPI |Unusable|Unknown E820|RAM buffer|System ROM|Video ROM|Adapter ROM)/.test(name)
  ) {
    // What lies in device memory and says "reserved" is still that device's.
    return parent === 'device' || parent === 'unmapped' ? parent : 'reserved';
  }
  return parent ?? 'mmio';
}

/** The tree as disjoint sorted ranges, each with its innermost owner. Depth of a tree is bounded by its reader. */
export function ownedRanges(roots: readonly CapturedResource[]): OwnedRange[] {
  const found: OwnedRange[] = [];
  const walk = (resource: CapturedResource, parent: CapturedOwner | undefined, virtio: boolean): void => {
    const kind = ownerOfName(resource.name, parent, virtio);
    const isVirtio = virtio || resource.name.startsWith('virtio-mem');
    let at = resource.start;
    const inherits = kind === 'ram' || kind === 'kmem' || kind === 'virtio-mem';
    if (!inherits) {
      for (const child of resource.children) {
        if (child.start > at) found.push({ start: at, end: child.start, kind, label: resource.name });
        walk(child, kind, isVirtio);
        at = Math.max(at, child.end);
      }
    }
    if (at < resource.end) found.push({ start: at, end: resource.end, kind, label: resource.name });
  };
  for (const root of roots) walk(root, undefined, false);
  return disjoint(found);
}

/** Sorted, each clipped to what its predecessors leave; touching ranges of one owner become one. */
export function disjoint(ranges: OwnedRange[]): OwnedRange[] {
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  const result: { start: number; end: number; kind: CapturedOwner; label: string }[] = [];
  for (const range of ranges) {
    const last = result.at(-1);
    const start = Math.max(range.start, last?.end ?? 0);
    if (start >= range.end) continue;
    if (last !== undefined && last.end === start && last.kind === range.kind && last.label === range.label)
      last.end = range.end;
    else result.push({ ...range, start });
  }
  return result;
}

/** Device memory as whole devices: the outermost resource that is one, CXL windows being only room for some. */
export function deviceRanges(roots: readonly CapturedResource[]): OwnedRange[] {
  const found: OwnedRange[] = [];
  const walk = (resource: CapturedResource): void => {
    const kind = ownerOfName(resource.name, undefined, false);
    const isRoom = kind === 'mmio' || kind === 'reserved' || resource.name.startsWith('CXL Window');
    if ((kind === 'device' || kind === 'unmapped') && !isRoom) {
      found.push({ start: resource.start, end: resource.end, kind, label: resource.name });
    } else if (kind !== 'ram') {
      for (const child of resource.children) walk(child);
    }
  };
  for (const root of roots) walk(root);
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  // Devices that overlap in a damaged map count once.
  const apart: OwnedRange[] = [];
  for (const device of found) if (device.start >= (apart.at(-1)?.end ?? 0)) apart.push(device);
  return apart;
}
