/** What differs between guests of different architectures, as one table. */

import { QEMU_PLATFORMS, type QemuArch } from '../drivers/qemu/platform.ts';
import { ARCHITECTURES } from '../kernel/profile/arch.ts';

export interface GuestArch {
  readonly name: QemuArch;
  /** What `uname -m` prints. */
  readonly uname: string;
  /** Debian's name of the architecture, and how its kernel packages end. */
  readonly debian: string;
  readonly flavour: string;
  /** How Debian's kernel image is called before its release; QEMU boots each as it is. */
  readonly image: 'vmlinuz' | 'vmlinux';
  /** The emulator, and the package that holds it. */
  readonly qemu: string;
  readonly qemuPackage: string;
  readonly bigEndian: boolean;
  /** Address at which the kernel sees the first byte of memory, where QEMU need not walk page tables to know. */
  readonly linearMap: bigint | undefined;
  /** Bytes of a page, and pages of a section. */
  readonly pageSize: number;
  readonly pagesPerSection: number;
}

type Row = Omit<GuestArch, 'name' | 'uname' | 'pageSize' | 'pagesPerSection' | 'bigEndian' | 'linearMap'>;

const ROWS: Readonly<Record<QemuArch, Row>> = {
  x86_64: { debian: 'amd64', flavour: 'amd64', image: 'vmlinuz', qemu: 'qemu-system-x86_64', qemuPackage: 'qemu-system-x86' },
  arm64: { debian: 'arm64', flavour: 'arm64', image: 'vmlinuz', qemu: 'qemu-system-aarch64', qemuPackage: 'qemu-system-arm' },
  s390x: { debian: 's390x', flavour: 's390x', image: 'vmlinuz', qemu: 'qemu-system-s390x', qemuPackage: 'qemu-system-misc' },
  ppc64le: { debian: 'ppc64el', flavour: 'powerpc64le', image: 'vmlinux', qemu: 'qemu-system-ppc64', qemuPackage: 'qemu-system-ppc' },
};

const LINEAR_MAP: Readonly<Partial<Record<QemuArch, bigint>>> = { s390x: 0n, ppc64le: 0xc000000000000000n };

export const GUEST_ARCH_NAMES = Object.keys(ROWS) as readonly QemuArch[];

export function guestArch(name: QemuArch): GuestArch {
  const { pageSize, pagesPerSection } = ARCHITECTURES[name]!;
  return { name, uname: QEMU_PLATFORMS[name].uname, bigEndian: name === 's390x', linearMap: LINEAR_MAP[name], pageSize, pagesPerSection, ...ROWS[name] };
}

/** The architecture by what people and packages call it: `arm64`, `aarch64`, `ppc64el`, `powerpc64le`. */
export function guestArchByName(text: string): GuestArch | undefined {
  const found = GUEST_ARCH_NAMES.find((name) => {
    const { debian, flavour } = ROWS[name];
    return [name, QEMU_PLATFORMS[name].uname, debian, flavour].includes(text);
  });
  return found === undefined ? undefined : guestArch(found);
}

/** Debian's name of the architecture this process runs on. */
export function hostDebianArch(): string {
  return { x64: 'amd64', ppc64: 'ppc64el' }[process.arch as string] ?? process.arch;
}

/** Whether the host cannot run the guest's programs. */
export function isForeign(arch: GuestArch): boolean {
  return arch.debian !== hostDebianArch();
}
