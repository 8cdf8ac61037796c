/** The machine QEMU makes for each architecture when a description does not choose one. */

import type { ArchName } from '../../kernel/profile/arch.ts';

export interface QemuPlatform {
  /** What `uname -m` prints. */
  readonly uname: string;
  /** `-M` and `-cpu` where the description gives none. */
  readonly machine: string;
  readonly cpu: string;
  /** What the kernel command line holds in front of the description's own words. */
  readonly cmdline: string;
}

/**
 * Kernel addresses must stay where the image says, for the section table is read by address: no KASLR, and on x86 no
 * page-table isolation.
 */
export const QEMU_PLATFORMS = {
  x86_64: { uname: 'x86_64', machine: 'q35,nvdimm=on', cpu: 'max', cmdline: 'console=ttyS0 panic=-1 nokaslr pti=off quiet' },
  arm64: { uname: 'aarch64', machine: 'virt', cpu: 'max', cmdline: 'console=ttyAMA0 panic=-1 nokaslr kpti=off quiet' },
  s390x: { uname: 's390x', machine: 's390-ccw-virtio', cpu: 'max', cmdline: 'console=ttysclp0 panic=-1 nokaslr quiet' },
  ppc64le: { uname: 'ppc64le', machine: 'pseries', cpu: 'power9', cmdline: 'console=hvc0 panic=-1 nokaslr quiet' },
} as const satisfies Partial<Record<ArchName, QemuPlatform>>;

/** An architecture whose machines QEMU boots for us. */
export type QemuArch = keyof typeof QEMU_PLATFORMS;

export function qemuArchOfUname(uname: string): QemuArch | undefined {
  return (Object.keys(QEMU_PLATFORMS) as QemuArch[]).find((name) => QEMU_PLATFORMS[name].uname === uname);
}

export function isQemuArch(name: string): name is QemuArch {
  return Object.hasOwn(QEMU_PLATFORMS, name);
}

/** Of an architecture by its name in ARCHITECTURES: `x86_64-5level` is an x86_64 machine. */
export function qemuArchOf(archName: string): QemuArch | undefined {
  if (isQemuArch(archName)) return archName;
  return archName.startsWith('x86_64') ? 'x86_64' : undefined;
}
