/** A q35-like machine with RAM below 4 GiB, for tests that know their numbers from elsewhere. */

import { boot } from '../../src/kernel/boot/boot.ts';
import type { BootInput, SratMemory } from '../../src/kernel/boot/boot-map.ts';
import { createKernel } from '../../src/kernel/create-kernel.ts';
import type { Kernel } from '../../src/kernel/kernel.ts';
import { resolveProfile } from '../../src/kernel/profile/profile.ts';

export interface SmallMachine {
  readonly kernel?: string;
  /** Inclusive end of low RAM; QEMU leaves 128 KiB or so below 2 GiB to firmware. */
  readonly lastByte?: number;
  readonly cmdline?: string;
  readonly srat?: readonly SratMemory[];
}

export function bootSmall({ kernel = '6.12', lastByte = 0x7ffdefff, cmdline = '', srat = [] }: SmallMachine): Kernel {
  const profile = resolveProfile(kernel);
  const input: BootInput = {
    e820: [
      { start: 0, end: 0x9fc00, type: 'ram' },
      { start: 0x9fc00, end: 0xa0000, type: 'reserved' },
      { start: 0xf0000, end: 0x100000, type: 'reserved' },
      { start: 0x100000, end: lastByte + 1, type: 'ram' },
      { start: lastByte + 1, end: Math.ceil((lastByte + 1) / 2 ** 20) * 2 ** 20, type: 'reserved' },
    ],
    cmdline,
    srat,
    hypervisor: true,
    pciWindows: [{ start: 0x80000000, end: 0xb0000000 }],
  };
  return createKernel(boot(input, profile), profile, input);
}

/** A section as `flags subsections`, in the form of kernel-core §15. */
export function sectionText(kernel: Kernel, nr: number): string {
  const flags = kernel.sections.flags(nr);
  const [low = 0, high = 0] = kernel.sections.subsectionWords(nr);
  const bits = high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
  return `${flags.toString(16).padStart(2, '0')} ${bits}`;
}
