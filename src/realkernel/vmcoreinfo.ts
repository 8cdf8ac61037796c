/** What a kernel notes for its own crash dumps: where its section table is, on kernels that name no variables. */

import { GuestError } from './guest-error.ts';
import type { Guest } from './guest.ts';

/** A page on most architectures, a little more than its 64 KiB on ppc64le. */
const MAXIMUM_NOTE = 1024 * 1024;
/** Of the ELF note: name and description sizes, type, and `VMCOREINFO` padded. */
const TEXT = /SYMBOL\(mem_section\)=/;

export interface SectionNote {
  /** Address of the array of roots: for the table's sake the kernel notes the pointer, not where it is kept. */
  readonly roots: bigint;
  /** Bytes of a `struct mem_section`, and where the memmap stands in it. */
  readonly size: number;
  readonly memMap: number;
}

/** Reads /sys/kernel/vmcoreinfo and the note it points to. @throws GuestError for a kernel that keeps none */
export async function sectionNote(guest: Guest): Promise<SectionNote> {
  const { output } = await guest.fetch('cat /sys/kernel/vmcoreinfo');
  const [address, length] = (output[0] ?? '').trim().split(/\s+/).map((word) => parseInt(word, 16));
  if (address === undefined || length === undefined || !(length > 0 && length <= MAXIMUM_NOTE)) {
    throw new GuestError('the kernel names neither mem_section in /proc/kallsyms nor itself in /sys/kernel/vmcoreinfo', output);
  }
  const text = (await guest.readPhysical(BigInt(address), length)).toString('latin1');
  const value = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  const roots = value(new RegExp(`${TEXT.source}([0-9a-f]+)`));
  if (roots === undefined) throw new GuestError('the kernel’s vmcoreinfo does not tell of mem_section', text.slice(0, 4000));
  return {
    roots: BigInt(`0x${roots}`),
    size: Number(value(/SIZE\(mem_section\)=(\d+)/) ?? 32),
    memMap: Number(value(/OFFSET\(mem_section\.section_mem_map\)=(\d+)/) ?? 0),
  };
}
