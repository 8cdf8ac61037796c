/** What a bound device holds of the machine, and how it gives everything back. */

import type { Errno } from '../../kernel/errno.ts';
import { memremapPages, memunmapPages, type Pgmap } from '../../kernel/memremap.ts';
import { releaseRegion, requestRegion } from '../../kernel/resource.ts';
import type { ByteRange } from '../../kernel/units.ts';
import { removeDaxRegion } from '../dax/dax-bus.ts';
import type { Machine } from '../machine.ts';
import { updateChild, type Attachment, type ChildRef, type NdNamespace } from './state.ts';

export const NOTHING: Attachment = { claims: [], pgmap: undefined, disk: undefined, daxRegion: undefined };

/** Reserves a range in /proc/iomem; undefined when something busy is in the way. @kernel kernel/resource.c: devm_request_mem_region */
export function claimRange(machine: Machine, range: ByteRange, name: string): boolean {
  const claim = requestRegion(machine.kernel.iomem, range.start, range.end, name, 0);
  if (claim.ok) machine.kernel.iomem = claim.tree;
  return claim.ok;
}

export function unclaimRange(machine: Machine, range: ByteRange): void {
  const { kernel } = machine;
  kernel.iomem = releaseRegion(kernel.iomem, range.start, range.end) ?? kernel.iomem;
}

/** Maps device memory and returns the mapping, or −errno. */
export function mapPages(machine: Machine, request: Omit<Pgmap, 'id'>): number | Errno {
  return memremapPages(machine.kernel, request);
}

/** Keeps what a probe acquired with the device. */
export function setAttachment(machine: Machine, { region, name }: ChildRef, attachment: Attachment): void {
  updateChild<NdNamespace>(machine, region, name, { attachment });
}

/** Gives back what a device held, last acquired first. */
export function releaseAttachment(machine: Machine, attachment: Attachment | undefined): void {
  if (attachment === undefined) return;
  if (attachment.daxRegion !== undefined) removeDaxRegion(machine, attachment.daxRegion);
  if (attachment.pgmap !== undefined) memunmapPages(machine.kernel, attachment.pgmap);
  for (const range of attachment.claims.toReversed()) unclaimRange(machine, range);
}
