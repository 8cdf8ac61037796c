/** What no map tells and a recording does: whether the pages of a block could be moved, which device was probed first. */

import type { Machine } from '../drivers/machine.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { RecordedState, RecordedStep } from './recording.ts';
import { probeOrderOf } from './settle-probes.ts';

/** The column REMOVABLE of lsmem's table, by block. Rows may span blocks: `4-6`. */
export function removableByBlock(output: readonly string[]): ReadonlyMap<number, boolean> {
  const said = new Map<number, boolean>();
  const header = output.find((line) => /\bREMOVABLE\b/.test(line) && /\bBLOCK\b/.test(line));
  const columns = header?.trim().split(/\s+/) ?? [];
  const removableAt = columns.indexOf('REMOVABLE');
  const blockAt = columns.indexOf('BLOCK');
  for (const line of output) {
    const cells = line.trim().split(/\s+/);
    // Offline blocks have an empty cell, and so one less.
    if (header === undefined || cells.length !== columns.length) continue;
    const [, first, last] = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(cells[blockAt] as string) ?? [];
    if (first === undefined || !/^(yes|no)$/.test(cells[removableAt] as string)) continue;
    const end = Math.min(Number(last ?? first), Number(first) + 100_000);
    for (let id = Number(first); id <= end; id++) said.set(id, cells[removableAt] === 'yes');
  }
  return said;
}

/** A single `removable` file that the step read. */
function removableRead(step: RecordedStep): ReadonlyMap<number, boolean> {
  const id = /^cat \S*\/memory(\d{1,9})\/removable$/.exec(step.run ?? '')?.[1];
  const text = step.output[0];
  return id === undefined || (text !== '0' && text !== '1') ? new Map() : new Map([[Number(id), text === '1']]);
}

/** Blocks of boot memory that arm64 refused after their pages had been isolated. */
function isolatedThenRefused(kernel: Kernel, step: RecordedStep): ReadonlyMap<number, boolean> {
  const { memoryBlockSizeBytes } = kernel;
  const starts = step.dmesg.flatMap((line) => /^Boot memory \[([0-9a-f]{1,13}) [0-9a-f]+\] offlining attempted$/.exec(line)?.[1] ?? []);
  return new Map(starts.map((start) => [Math.floor(parseInt(start, 16) / memoryBlockSizeBytes), true]));
}

/** MemTotal of the facet `memory`, in bytes. */
function memTotal({ memory }: RecordedState): number | undefined {
  const kB = memory?.map((line) => /^MemTotal (\d{1,12})$/.exec(line)?.[1]).find((text) => text !== undefined);
  return kB === undefined ? undefined : Number(kB) * 1024;
}

/** How much virtio-mem took back is what MemTotal lost; the rest of what it wanted is held by something. */
function heldBySubblocks(before: RecordedState, after: RecordedState, settled: string[]): Machine['heldSubblocks'] {
  const [had, has] = [memTotal(before), memTotal(after)];
  if (had === undefined || has === undefined) return undefined;
  let taken = Math.max(0, had - has);
  return (wanted, held, subblockSize) => {
    const kept = Math.min(wanted, Math.max(held, wanted - Math.floor(taken / subblockSize)));
    taken -= (wanted - kept) * subblockSize;
    if (kept > held) settled.push(`virtio-mem: ${kept} sub-blocks could not be taken back`);
    return kept;
  };
}

/** A line after which nothing but the region's coming up can have moved its seeds. */
const ENABLES_LAST = /enable-region [^;|&]*$/;

/**
 * Lets the model follow the recording where an outcome hangs on what pages hold (in what a step printed of a block, or
 * else in whether the block stayed online) or on which device was probed first. Each time it does, a line goes to `settled`.
 */
export function settleFromRecording(
  machine: Machine,
  step: RecordedStep,
  before: RecordedState,
  after: RecordedState,
  settled: string[],
): void {
  const { kernel } = machine;
  machine.heldSubblocks = heldBySubblocks(before, after, settled);
  const { devices } = after;
  machine.probeOrder =
    devices === undefined || !ENABLES_LAST.test(step.run ?? '')
      ? undefined
      : (region) => {
          const order = probeOrderOf(devices, region);
          const early = [...order.beforeNoted, ...order.beforeSeeds];
          if (early.length > 0) settled.push(`region${region}: ${early.join(', ')} probed before its seeds were there`);
          return order;
        };
  const said = new Map([...removableByBlock(step.output), ...removableRead(step), ...isolatedThenRefused(kernel, step)]);
  kernel.unmovable = (block) => {
    const run = after.blocks.find(({ first, last }) => first <= block && block <= last);
    const movable = said.get(block) ?? run?.state !== 'online';
    settled.push(`memory${block}: ${movable ? 'could be moved' : 'could not be moved'}`);
    return !movable;
  };
}
