/**
 * Where machines other than QEMU 7.2's q35 put RAM and memory devices. Found by asking QEMU for its devices and the
 * guests for their memory.
 */

import { alignUp, GiB } from '../../kernel/units.ts';
import type { MemoryLayout } from './layout.ts';
import type { QemuArch } from './platform.ts';

/** First byte of RAM: below it `virt` keeps flash, devices and the PCI window. */
const RAM_START: Readonly<Partial<Record<QemuArch, number>>> = { arm64: GiB };
const SLOT_ALIGNMENT = GiB;

/** RAM in one piece, memory devices from the next GiB on, with room to align each slot. */
export function plainLayout(
  arch: QemuArch,
  { ramSize, maxramSize, slots }: { readonly ramSize: number; readonly maxramSize: number; readonly slots: number },
): MemoryLayout {
  const start = RAM_START[arch] ?? 0;
  const high = { start, end: start + ramSize };
  const base = alignUp(high.end, GiB);
  const room = maxramSize > ramSize ? maxramSize - ramSize + slots * SLOT_ALIGNMENT : 0;
  return { lowEnd: 0, high, deviceMemory: { start: base, end: base + room }, hole64: { start: 0, end: 0 }, reserved: undefined };
}
