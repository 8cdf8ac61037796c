/** What bytes of a device can be: in use, idle, or lost to a mechanism. */

/** `used` serves somebody, `idle` could, `lost` cannot as things are set up. */
export type UseClass = 'used' | 'idle' | 'lost';

export interface UseEntry {
  readonly class: UseClass;
  /** A few words for tables. */
  readonly label: string;
  /** One sentence: what it is and whose rule makes it so. */
  readonly says: string;
}

const ENTRIES = {
  ram: ['used', 'System RAM', 'online in memory blocks, for the page allocator'],
  storage: ['used', 'block device', 'data of a namespace that is a disk'],
  dax: ['used', 'device-dax', 'data of a dax device that programs map'],
  unmapped: ['idle', 'nobody maps it', 'no driver holds it: a namespace without driver, a range without device'],
  unallocated: ['idle', 'not allocated', 'free space of a region, to be had with a new namespace or device'],
  offline: ['idle', 'offline', 'in memory blocks that are offline'],
  unplugged: ['idle', 'not plugged', 'the hypervisor has not plugged this part of a virtio-mem device'],
  'block-rounding': [
    'lost', 'block rounding', 'System RAM comes in whole memory blocks; what lies before the first and behind the last is lost',
  ],
  memmap: ['lost', 'memmap', 'struct pages: 64 bytes for each page'],
  'section-holes': ['lost', 'memmap of holes', 'struct pages for holes inside sections: a section has a memmap for all of it'],
  'info-block': ['lost', 'info block', 'labels and info block in front of a namespace: 8 KiB'],
  'label-area': ['lost', 'label area', 'the DIMM keeps it for namespace labels'],
  'start-pad': ['lost', 'start_pad', 'cut from the front of a namespace, to whole sections or to what memremap needs'],
  'end-trunc': ['lost', 'end_trunc', 'cut from the end of a namespace, to its alignment or to whole sections'],
  align: ['lost', 'alignment', 'between metadata and data, or below the alignment of a whole device'],
  interleave: ['lost', 'interleave multiple', 'free space that is no multiple of what the region allocates'],
  btt: ['lost', 'BTT', 'the block translation table and its spare blocks'],
  metadata: ['lost', 'metadata', 'info block, memmap and padding of a namespace, as far as a capture tells them apart'],
  'page-trim': ['lost', 'parts of pages', 'RAM that does not make a whole page'],
  refused: ['lost', 'refused', 'the kernel or its driver refused it'],
} as const satisfies Readonly<Record<string, readonly [UseClass, string, string]>>;

export type Use = keyof typeof ENTRIES;

/** Every use, in the order tables have them. */
export const USES: readonly Use[] = Object.keys(ENTRIES) as Use[];

export function useEntry(use: Use): UseEntry {
  const [kind, label, says] = ENTRIES[use];
  return { class: kind, label, says };
}

export type UseTotals = Readonly<Partial<Record<Use, number>>>;

/** Bytes of one class. */
export function bytesOf(totals: UseTotals, wanted: UseClass): number {
  return USES.reduce((sum, use) => sum + (useEntry(use).class === wanted ? (totals[use] ?? 0) : 0), 0);
}

export function addTotals(all: readonly UseTotals[]): UseTotals {
  const sum: Partial<Record<Use, number>> = {};
  for (const totals of all) for (const use of USES) if (totals[use] !== undefined) sum[use] = (sum[use] ?? 0) + totals[use];
  return sum;
}
