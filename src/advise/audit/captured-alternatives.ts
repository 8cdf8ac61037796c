/** What a captured machine would lose with other memory blocks: ranges that hold or could hold System RAM, rounded anew. */

import type { MachineLayout } from '../../capture/machine-layout.ts';
import { endOfRam } from '../../capture/machine-layout.ts';
import { advisedBlockSize, blockRoundingLoss } from '../../drivers/cxl/cfmws.ts';
import type { CxlWindow } from '../../drivers/cxl/platform.ts';
import { probeMemoryBlockSize } from '../../kernel/boot/block-size.ts';
import { resolveProfile } from '../../kernel/profile/profile.ts';
import type { ByteRange } from '../../kernel/units.ts';
import type { Account, DeviceAccount } from './account.ts';
import { blockText, otherBlockSizes } from './alternatives.ts';
import { bytesOf, type Use } from './use.ts';

export interface RoundedAlternative {
  readonly name: string;
  readonly blockSizeBytes: number;
  /** All that is lost then, not to rounding alone. */
  readonly lostBytes: number;
  readonly roundingBytes: number;
}

const ROUNDED: ReadonlySet<Use> = new Set(['block-rounding', 'unmapped', 'ram', 'offline']);

/** The stretches of a device that are System RAM or could be: touching pieces joined. */
function stretches(device: DeviceAccount): ByteRange[] {
  if (device.kind === 'ram' || device.kind === 'virtio-mem' || device.kind === 'dimm') return [];
  const rounds = device.totals['block-rounding'] !== undefined || device.totals.ram !== undefined;
  // A persistent range nobody mapped is more likely to become a disk.
  if (device.kind === 'nvdimm' && !rounds) return [];
  const pieces = device.lines
    .filter(({ use }) => ROUNDED.has(use))
    .flatMap(({ ranges }) => ranges)
    .sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of pieces) {
    const last = joined.at(-1);
    if (last?.end === start) last.end = end;
    else joined.push({ start, end });
  }
  return joined;
}

/** Bytes lost to rounding if blocks had another size. */
export function roundingUnder(account: Account, blockSize: number): number {
  let lost = 0;
  for (const range of account.devices.flatMap(stretches)) {
    const { front, back } = blockRoundingLoss(range, blockSize);
    lost += front + back;
  }
  return lost;
}

/** Each other block size, and the kernels whose rule or advice gives one. */
export function capturedAlternatives(layout: MachineLayout, account: Account): RoundedAlternative[] {
  if (account.devices.every((device) => stretches(device).length === 0)) return [];
  const other = bytesOf(account.totals, 'lost') - (account.totals['block-rounding'] ?? 0);
  const under = (name: string, blockSizeBytes: number): RoundedAlternative => {
    const roundingBytes = roundingUnder(account, blockSizeBytes);
    return { name, blockSizeBytes, lostBytes: other + roundingBytes, roundingBytes };
  };
  const sizes = otherBlockSizes(layout.profile, layout.blockSize);
  return [
    ...sizes.map((size) => under(`blocks of ${blockText(size)}`, size)),
    ...kernelsWithOtherBlocks(layout).map(({ kernel, size }) => under(`Linux ${kernel}, blocks of ${blockText(size)}`, size)),
  ];
}

const KERNELS = ['5.0', '6.12', '6.15'] as const;

function kernelsWithOtherBlocks(layout: MachineLayout): { kernel: string; size: number }[] {
  const end = endOfRam(layout.owned);
  if (end === undefined || layout.arch.blockSizeRule !== 'x86-probe') return [];
  const advised = advisedBlockSize(windowsOf(layout));
  return KERNELS.flatMap((kernel) => {
    const profile = resolveProfile(kernel, layout.arch.name);
    const size = probeMemoryBlockSize(profile, end, layout.machine.hypervisor ?? false, advised);
    return size === layout.blockSize ? [] : [{ kernel, size }];
  });
}

/** The windows a capture names, with what it does not tell left plain. */
function windowsOf(layout: MachineLayout): CxlWindow[] {
  const found: CxlWindow[] = [];
  const restrictions = { type2: false, type3: true, volatile: true, pmem: true };
  const walk = ({ name, start, end, children }: MachineLayout['resources'][number]): void => {
    if (name.startsWith('CXL Window')) {
      found.push({ base: start, size: end - start, encodedWays: 0, arithmetic: 0, encodedGranularity: 0, restrictions, targets: [0] });
    } else children.forEach(walk);
  };
  layout.resources.forEach(walk);
  return found;
}
