/** Who hears of memory going on- and offline: drivers whose memory comes and goes in parts. */

import type { ZoneIndex } from './boot/boot-map.ts';
import type { Errno } from './errno.ts';
import type { Pfn } from './units.ts';

/**
 * The memory notifier chain, and what its users do to pages: keep them away from the allocator while their block is
 * online.
 * @kernel include/linux/memory.h: memory_notify; include/linux/page-flags.h: PageOffline
 */
export interface MemoryNotifier {
  /** MEM_GOING_ONLINE: 0, or −errno to refuse. */
  goingOnline(startPfn: Pfn, nrPages: number): Errno;
  /** MEM_ONLINE */
  online(startPfn: Pfn, nrPages: number, zone: ZoneIndex): void;
  /** Asked before MEM_GOING_OFFLINE: whether the pages are all PageOffline(), so that there is nothing to move. */
  allPagesOffline(startPfn: Pfn, nrPages: number): boolean;
  /** MEM_GOING_OFFLINE: 0, or −errno when PageOffline() pages stay whose owner is gone. */
  goingOffline(startPfn: Pfn, nrPages: number): Errno;
  /** MEM_OFFLINE */
  offline(startPfn: Pfn, nrPages: number): void;
  /** The lock of device hotplug is free again: work that waited for it runs. @kernel unlock_device_hotplug */
  unlocked(): void;
}
