/** A machine on which what a log tells of can be asked again: its kernel, its memory blocks, room where the range lies. */

import { buildMachine } from '../../drivers/build-machine.ts';
import { MachineDescriptionError } from '../../drivers/machine-description.ts';
import type { Machine } from '../../drivers/machine.ts';
import { alignUp, GiB, MiB, type ByteRange } from '../../kernel/units.ts';

/** The kernel that spoke, as far as the log or the machine tells. */
export interface Speaking {
  /** Profile name; undefined when nothing tells. */
  readonly kernel: string | undefined;
  readonly arch: string;
  readonly blockSize: number | undefined;
}

/** Where a kernel is needed and none is named. */
const KERNEL = '6.12';
/** Blocks larger than this are of no kernel. */
const MAX_BLOCK = 64 * GiB;
/** Ranges that end above are not built: processors that reach there are rare. */
const MAX_END = 60 * 1024 * GiB;
/** A processor of 40 bits reaches this far with what QEMU puts above. */
const SMALL_END = 900 * GiB;

/** A machine with slots for DIMMs at the range; undefined for a range where no QEMU has them. */
export function machineForDimm(range: ByteRange, speaking: Speaking): Machine | undefined {
  const room = Math.ceil(range.end / GiB) + 4 * Math.ceil((speaking.blockSize ?? GiB) / GiB);
  return build(`1G,slots=4,maxmem=${room}G`, '', range, speaking);
}

/** A machine with RAM up to the range and beyond, and the range set apart by a boot parameter. */
export function machineForRegion(word: string, range: ByteRange, speaking: Speaking): Machine | undefined {
  const beyond = range.end + 8 * (speaking.blockSize ?? 128 * MiB);
  return build(`${alignUp(beyond, GiB) / GiB}G`, word, range, speaking);
}

function build(memory: string, cmdline: string, range: ByteRange, { kernel = KERNEL, arch, blockSize }: Speaking): Machine | undefined {
  if (range.end > MAX_END || !isBlockSize(blockSize)) return undefined;
  const qemu = range.end > SMALL_END && arch === 'x86_64' ? ['-cpu', 'max,phys-bits=46'] : [];
  const whatIf = blockSize === undefined ? {} : { whatIf: { memoryBlockSizeBytes: blockSize } };
  try {
    return buildMachine({ kernel, arch, memory, cmdline, qemu, ...whatIf });
  } catch (error) {
    if (error instanceof MachineDescriptionError) return undefined;
    throw error;
  }
}

function isBlockSize(size: number | undefined): boolean {
  return size === undefined || (size >= 16 * MiB && size <= MAX_BLOCK && Number.isInteger(Math.log2(size)));
}
