/** Taking pages from the kernel while their memory block stays online. */

import { ZONE_MOVABLE, ZONE_NAMES } from '../../kernel/boot/boot-map.ts';
import { EBUSY, type Errno } from '../../kernel/errno.ts';
import type { CheckPoint } from '../../kernel/explain.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { linkZone } from '../../kernel/zone.ts';

const PAGES_TAKEN: CheckPoint = {
  file: 'drivers/virtio/virtio_mem.c',
  fn: 'virtio_mem_fake_offline',
  condition: 'alloc_contig_range() can move away what the pages hold',
};

/**
 * Whether the pages of a memory block can be allocated away, with which zone they are in. In ZONE_MOVABLE they can; in
 * a kernel zone it depends on what they hold. `whole` says that nothing of the block would stay: only then what became
 * of the block settles it.
 * @kernel drivers/virtio/virtio_mem.c: virtio_mem_fake_offline
 */
export function fakeOffline(kernel: Kernel, blockId: number, whole: boolean): Errno {
  const link = kernel.pageLinks.get(blockId * kernel.blockPages);
  const zone = link === undefined ? ZONE_MOVABLE : linkZone(link);
  if (zone === ZONE_MOVABLE) return 0;
  const unmovable = whole ? kernel.unmovable?.(blockId) : undefined;
  if (unmovable === undefined) {
    kernel.onDepends?.(`memory${blockId} is in zone ${ZONE_NAMES[zone]}: whether its pages can be moved, no map tells`);
  }
  const values = { block: blockId, zone: ZONE_NAMES[zone], known: unmovable !== undefined };
  kernel.explain?.(PAGES_TAKEN, unmovable !== true, values);
  return unmovable === true ? -EBUSY : 0;
}
