/** What no map tells and a recording does: whether the pages of a block could be moved, which device was probed first. */

import type { Machine } from '../drivers/machine.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { RecordedState, RecordedStep } from './recording.ts';

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

/** Whether a namespace's holder has a lower number than the seed of its kind: it was there first. */
function holderBeforeSeed(devices: readonly string[] | undefined, region: number): boolean {
  const numbers = (pattern: RegExp): [kind: string, id: number][] =>
    (devices ?? []).flatMap((line) => {
      const [, kind, at, id] = pattern.exec(line) ?? [];
      return Number(at) === region ? [[kind as string, Number(id)] as [string, number]] : [];
    });
  const seeds = new Map(numbers(/_seed:(btt|pfn|dax)(\d{1,9})\.(\d{1,9})$/));
  return numbers(/\/holder:(btt|pfn|dax)(\d{1,9})\.(\d{1,9})$/).some(([kind, id]) => id < (seeds.get(kind) ?? 0));
}

/** Whether the region's seed is a namespace in use: it was probed before the region had noted it, so that none came after. */
function seedIsInUse(devices: readonly string[] | undefined, region: number): boolean {
  const folder = '/sys/bus/nd/devices';
  const noted = `${folder}/region${region}/namespace_seed:`;
  const seed = devices?.find((line) => line.startsWith(noted))?.slice(noted.length);
  const size = devices?.find((line) => line.startsWith(`${folder}/${seed}/size:`));
  const labelled = devices?.includes(`${folder}/region${region}/nstype:5`) === true;
  return labelled && size !== undefined && !size.endsWith('size:0');
}

function hasHolders(devices: readonly string[] | undefined, region: number): boolean {
  return devices?.some((line) => line.startsWith(`/sys/bus/nd/devices/namespace${region}.`) && line.includes('/holder:')) === true;
}

/** A line after which nothing but the region's coming up can have moved its seeds. */
const ENABLES_LAST = /enable-region [^;|&]*$/;

/**
 * Lets the model follow the recording where an outcome hangs on what pages hold (in what a step printed of a block, or
 * else in whether the block stayed online) or on which device was probed first. Each time it does, a line goes to `settled`.
 */
export function settleFromRecording(machine: Machine, step: RecordedStep, after: RecordedState, settled: string[]): void {
  const { kernel } = machine;
  machine.namespacesProbedFirst = (region) => {
    const first = ENABLES_LAST.test(step.run ?? '') && holderBeforeSeed(after.devices, region);
    if (first) settled.push(`region${region}: its namespaces were probed before its seeds were there`);
    return first;
  };
  machine.namespaceSeedMissed = (region) => {
    const { devices } = after;
    const missed =
      ENABLES_LAST.test(step.run ?? '') &&
      machine.devices.nvdimm.drivers.includes('nd_pmem') &&
      seedIsInUse(devices, region) &&
      (!hasHolders(devices, region) || holderBeforeSeed(devices, region));
    if (missed) settled.push(`region${region}: its first namespace was probed before it was noted as the seed`);
    return missed;
  };
  const said = new Map([...removableByBlock(step.output), ...removableRead(step), ...isolatedThenRefused(kernel, step)]);
  kernel.unmovable = (block) => {
    const run = after.blocks.find(({ first, last }) => first <= block && block <= last);
    const movable = said.get(block) ?? run?.state !== 'online';
    settled.push(`memory${block}: ${movable ? 'could be moved' : 'could not be moved'}`);
    return !movable;
  };
}
