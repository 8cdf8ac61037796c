/** chmem as util-linux 2.38.1 has it, over any writable tree of files. */

import { ENOENT, type Errno, strerror } from '../kernel/errno.ts';
import type { WritableFileTree } from '../sysfs/file-tree.ts';
import { type ChmemExit, type ChmemOptions, chmemTryHelp, parseChmemOptions } from './chmem-options.ts';
import { parseChmemTarget } from './chmem-target.ts';
import { humanSize } from './human-size.ts';
import {
  MEMORY_DIR, type BlockDir, type ZoneName, listBlocks, parseBlockSize, readLine, zoneByName,
} from './memory-block-dirs.ts';
import type { TextOutput } from './text-output.ts';

/** Some blocks changed, others did not. */
const EXIT_PARTLY = 64;

type Attempt = 'done' | 'already' | 'zone mismatch' | Errno;

/** One run of chmem: the tree, what is wanted, and how blocks are spoken of. */
class Run {
  readonly tree: WritableFileTree;
  readonly options: ChmemOptions;
  readonly blockSize: bigint;
  readonly zone: ZoneName | undefined;
  /** Whether blocks tell their zones at all. */
  readonly hasZones: boolean;

  constructor(
    tree: WritableFileTree, options: ChmemOptions, blockSize: bigint, hasZones: boolean, zone: ZoneName | undefined,
  ) {
    this.tree = tree;
    this.options = options;
    this.blockSize = blockSize;
    this.hasZones = hasZones;
    this.zone = zone;
  }

  describe(block: BlockDir): string {
    const start = block.id * this.blockSize;
    const text = (address: bigint): string => `0x${BigInt.asUintN(64, address).toString(16).padStart(16, '0')}`;
    return `Memory Block ${block.id} (${text(start)}-${text(start + this.blockSize - 1n)})`;
  }

  /** What would be written to the block's state; undefined when its zones do not allow the wanted one. */
  private onlineText(block: BlockDir): string | undefined {
    const { zone } = this;
    // Names are looked for in the text itself: DMA is found in `DMA32`, too.
    const zones = (this.hasZones ? readLine(this.tree, `${MEMORY_DIR}/${block.name}/valid_zones`) : undefined) ?? '';
    if (this.options.action === 'disable') return zone === undefined || zones.startsWith(zone) ? 'offline' : undefined;
    if (zone !== undefined && !zones.includes(zone)) return undefined;
    if (!this.hasZones) return 'online';
    if (zone === undefined) return zones.includes('Movable') ? 'online_movable' : 'online';
    return zone === 'Movable' ? 'online_movable' : 'online_kernel';
  }

  attempt(block: BlockDir): Attempt {
    const path = `${MEMORY_DIR}/${block.name}/state`;
    if (readLine(this.tree, path) === (this.options.action === 'enable' ? 'online' : 'offline')) return 'already';
    const text = this.onlineText(block);
    if (text === undefined) return 'zone mismatch';
    if (this.tree.kind(path) === undefined) return -ENOENT;
    const errno = this.tree.write(path, text);
    return errno === 0 ? 'done' : errno;
  }
}

/** Takes blocks from the low end (or the high end, to disable) until the size is reached; failures are passed over. */
function changeSize(run: Run, blocks: readonly BlockDir[], wanted: bigint, out: TextOutput): number {
  const { action, verbose } = run.options;
  let left = wanted;
  for (const block of action === 'enable' ? blocks : [...blocks].reverse()) {
    if (left === 0n) break;
    const outcome = run.attempt(block);
    if (outcome === 'already' || outcome === 'zone mismatch') continue;
    if (outcome === 'done') left--;
    if (verbose) out.stdout(`${run.describe(block)} ${outcome === 'done' ? `${action}d` : `${action} failed`}\n`);
  }
  if (left === 0n) return 0;
  const done = wanted - left;
  out.stderr(`chmem: Could only ${action} ${humanSize(done * run.blockSize)} of memory\n`);
  return done === 0n ? 1 : EXIT_PARTLY;
}

/** Tries every block of the range; blocks that do not exist count as not done, without a word. */
function changeRange(run: Run, blocks: readonly BlockDir[], first: bigint, last: bigint, out: TextOutput): number {
  const { action, verbose } = run.options;
  const wanted = last - first + 1n;
  let done = 0n;
  for (const block of blocks) {
    if (block.id < first || block.id > last) continue;
    const outcome = run.attempt(block);
    if (outcome === 'done' || outcome === 'already') {
      done++;
      if (verbose) out.stdout(`${run.describe(block)} ${outcome === 'done' ? '' : 'already '}${action}d\n`);
    } else {
      const why = outcome === 'zone mismatch' ? 'Zone mismatch' : strerror(outcome);
      out.stderr(`chmem: ${run.describe(block)} ${action} failed: ${why}\n`);
    }
  }
  return done === wanted ? 0 : done === 0n ? 1 : EXIT_PARTLY;
}

/**
 * Runs `chmem ARGS` over a tree: 0 when all was done, 64 when part of it, 1 when nothing or the arguments are wrong.
 * Messages come in the order the program makes them, as on a terminal.
 */
export function chmem(tree: WritableFileTree, args: readonly string[], out: TextOutput): number {
  const leave = (message: ChmemExit): number => {
    if (message.stdout !== undefined) out.stdout(message.stdout);
    if (message.stderr !== undefined) out.stderr(message.stderr);
    return message.exit;
  };
  const blocks = listBlocks(tree, MEMORY_DIR) ?? [];
  if (blocks.length === 0) {
    const why = tree.kind(MEMORY_DIR) === undefined ? strerror(ENOENT) : 'Success';
    out.stderr(`chmem: Failed to read ${MEMORY_DIR}: ${why}\n`);
    return 1;
  }
  const options = parseChmemOptions(args);
  if ('exit' in options) return leave(options);
  const blockSize = parseBlockSize(readLine(tree, `${MEMORY_DIR}/block_size_bytes`) ?? '');
  const target = parseChmemTarget(options.target, options.blocks, blockSize);
  if ('exit' in target) return leave(target);
  // Only the first block is asked whether zones can be chosen.
  const hasZones = tree.kind(`${MEMORY_DIR}/memory0/valid_zones`) !== undefined;
  let zone: ZoneName | undefined;
  if (options.zone !== undefined && !hasZones) {
    out.stderr('chmem: zone ignored, no valid_zones sysfs attribute present\n');
  } else if (options.zone !== undefined) {
    zone = zoneByName(options.zone);
    if (zone === undefined || zone === 'None') return leave(chmemTryHelp(`unknown memory zone: ${options.zone}`));
  }
  const run = new Run(tree, options, blockSize, hasZones, zone);
  return target.kind === 'size'
    ? changeSize(run, blocks, target.blocks, out)
    : changeRange(run, blocks, target.first, target.last, out);
}
