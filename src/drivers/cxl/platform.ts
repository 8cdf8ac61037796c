/** What firmware and hardware say about CXL: windows of addresses, host bridges, and the memory behind them. */

import type { ByteRange } from '../../kernel/units.ts';

/** What firmware lets a window be used for. */
export interface CxlRestrictions {
  readonly type2: boolean;
  readonly type3: boolean;
  readonly volatile: boolean;
  readonly pmem: boolean;
}

/** A CXL Fixed Memory Window Structure of the CEDT, decoded. */
export interface CxlWindow {
  readonly base: number;
  readonly size: number;
  /** Encoded interleave ways (ENIW). */
  readonly encodedWays: number;
  /** 0 modulo, 1 XOR. */
  readonly arithmetic: number;
  /** Encoded granularity (HBIG): 256 bytes times 2^N. */
  readonly encodedGranularity: number;
  readonly restrictions: CxlRestrictions;
  /** Unique ids of the host bridges, one for each way. */
  readonly targets: readonly number[];
}

/** A root port below a host bridge. */
export interface CxlRootPort {
  /** PCI name, `0000:0c:00.0`. */
  readonly name: string;
  readonly id: number;
}

/** A CXL host bridge with its root ports. */
export interface CxlHostBridge {
  readonly uid: number;
  /** `ACPI0016:00` */
  readonly acpiName: string;
  /** `pci0000:0c` */
  readonly pciName: string;
  readonly rootPorts: readonly CxlRootPort[];
  /** HDM decoders it has. */
  readonly decoders: number;
}

/** A memory expander (type 3) behind a root port. */
export interface CxlCard {
  /** PCI name, `0000:0d:00.0`. */
  readonly host: string;
  readonly bridge: number;
  readonly rootPort: string;
  readonly ramBytes: number;
  readonly pmemBytes: number;
  readonly serial: bigint;
  /** Bytes of its label area, and the name it has in the media. */
  readonly labelBytes: number;
  readonly labelArea: string;
  /** HDM decoders it has. */
  readonly decoders: number;
  /** It can interrupt for its event logs; kernels that read those do not take it otherwise. */
  readonly eventInterrupts: boolean;
}

/** All of it; kernels find it through ACPI0017 and PCI. */
export interface CxlPlatform {
  readonly windows: readonly CxlWindow[];
  /** In the order ACPI lists them. */
  readonly bridges: readonly CxlHostBridge[];
  /** In the order PCI finds them. */
  readonly cards: readonly CxlCard[];
}

/** Where a window lies. */
export function rangeOfWindow({ base, size }: CxlWindow): ByteRange {
  return { start: base, end: base + size };
}

/** Where a card is in sysfs, under /sys/devices. */
export function cardPath(platform: CxlPlatform, card: CxlCard): string {
  const bridge = platform.bridges.find(({ uid }) => uid === card.bridge);
  return `${bridge?.pciName ?? ''}/${card.rootPort}/${card.host}`;
}
