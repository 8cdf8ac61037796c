/** What memremap warns of, in the words of each kernel. */

import type { Kernel } from './kernel.ts';
import type { Pgmap } from './memremap.ts';
import { type ByteRange, hex, hexPadded } from './units.ts';

/**
 * Another mapping is in the way.
 * Since Linux 6869b7b20659 ("memremap: provide a not device managed memremap_pages") (v5.4); before it, the device was named.
 */
export function warnConflict(kernel: Kernel, pgmap: Pgmap): void {
  const device = kernel.profile.does.memremapNamesDevice ? `${pgmap.device ?? pgmap.owner}: ` : '';
  kernel.printk(4, `${device}Conflicting mapping in same section`);
}

/** RAM is in the way: said once per boot. */
export function warnRegion(kernel: Kernel, kind: 'mixed' | 'ram', { start, end }: ByteRange): void {
  const { regionWarningShowsRange, memremapNamesDevice } = kernel.profile.does;
  const fn = memremapNamesDevice ? 'devm_memremap_pages' : 'memremap_pages';
  const text = regionWarningShowsRange
    ? `attempted on ${kind} region ${hex(start)}-${hex(end - 1)}`
    : `${fn} attempted on ${kind} region [mem ${hexPadded(start, 8)}-${hexPadded(end - 1, 8)} flags 0x200]`;
  kernel.printkOnce(4, text, 'attempted on region');
}
