/** Memory the machine has from the start: namespaces in a region, and firmware's windows as System RAM. */

import { accountOfMachine } from '../audit/machine-account.ts';
import type { Machine } from '../../drivers/machine.ts';
import { alignDown, alignUp, MiB } from '../../kernel/units.ts';
import { sizeWord, type Move, type MovesFor } from './move.ts';
import type { NamespaceWish, WindowWish } from './plan-problem.ts';

/** Units a namespace is made larger by, at most, for what its metadata takes. */
const MOST_STEPS = 6;
/** A memmap on the device takes a 64th. */
const MEMMAP_SHARE = 64;

/** Bytes of data of the namespaces of a region. */
function dataOf(machine: Machine, region: number): number {
  const device = accountOfMachine(machine).devices.find(({ name }) => name === `region${region}`);
  return (device?.totals.storage ?? 0) + (device?.totals.dax ?? 0) + (device?.totals.ram ?? 0);
}

/** Sizes that may hold so much data: from a little less on, in whole units. */
function sizesFor(wish: NamespaceWish, unit: number, granule: number | undefined): number[] {
  const most = wish.map === 'dev' ? Math.ceil((wish.sizeBytes * (MEMMAP_SHARE + 1)) / MEMMAP_SHARE) : wish.sizeBytes;
  if (granule !== undefined) {
    return Array.from({ length: Math.ceil((most + 4 * unit) / granule) }, (_, i) => (i + 1) * granule);
  }
  const first = Math.max(unit, alignDown(wish.sizeBytes, unit));
  const count = Math.ceil((most - first) / unit) + MOST_STEPS;
  const sizes = Array.from({ length: Math.min(count, 64) }, (_, i) => first + i * unit);
  return sizes.includes(wish.sizeBytes) ? sizes : [wish.sizeBytes, ...sizes];
}

export const namespaceMoves: MovesFor<NamespaceWish> = (machine, wish, _nth, { granuleBytes }) => {
  const region = machine.devices.nvdimm.regions.find(({ id }) => id === wish.region);
  if (region === undefined) return [];
  if (region.mappings.length === 0) return wholeRegion(wish, region.size);
  // The kernel takes what gives each DIMM a power of two; 2 MiB each is the least that memory is mapped in.
  const least = region.mappings.length * 2 * MiB;
  const own = region.align > 0 ? Math.max(region.align, least) : least;
  const { arch, does } = machine.kernel.profile;
  // Where sections have one owner, whole ones keep the next namespace possible.
  const wholeSections = leastCommonMultiple(least, arch.pagesPerSection * arch.pageSize);
  const settable = does.regionAlign ? [least, ...wish.aligns] : [];
  const aligns = [own, ...new Set(settable.filter((align) => align < own))];
  return aligns.flatMap((align) =>
    [...sizesFor(wish, align, granuleBytes), alignUp(wish.sizeBytes + align, wholeSections)].map((size): Move => {
      const set = align === own ? [] : [`echo ${align} > /sys/bus/nd/devices/region${wish.region}/align`];
      const words = `-r region${wish.region} -m ${wish.mode} -M ${wish.map} -s ${sizeWord(size)}`;
      const aligned = align === own ? '' : `, alignment ${sizeWord(align)}`;
      return {
        what: `${wish.mode} namespace of ${sizeWord(size)} in region${wish.region}${aligned}`,
        givenBytes: size,
        commands: [...set, `ndctl create-namespace -f ${words}`],
        measure: (after) => dataOf(after, wish.region),
        rest: () => undefined,
      };
    }),
  );
};

function leastCommonMultiple(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return (a / x) * b;
}

/** A region without labels is one namespace. */
function wholeRegion({ region, mode, map }: NamespaceWish, regionSize: number): Move[] {
  // With the memmap on the device it has an info block, which old kernels can pad.
  const maps = map === 'mem' ? (['mem', 'dev'] as const) : (['dev'] as const);
  return maps.map((map): Move => ({
    what: `${mode} namespace of all of region${region}, memmap ${map === 'mem' ? 'in RAM' : 'on the device'}`,
    givenBytes: regionSize,
    commands: [`ndctl create-namespace -f -e namespace${region}.0 -m ${mode} -M ${map}`],
    // Until then the region is one raw namespace.
    replaces: true,
    measure: (after) => dataOf(after, region),
    rest: () => undefined,
  }));
}

/** The base was chosen with the machine; here kmem takes what it can. */
export const windowMoves: MovesFor<WindowWish> = (_machine, wish) => [
  {
    what: `window of ${sizeWord(wish.sizeBytes)} as System RAM`,
    givenBytes: wish.sizeBytes,
    commands: ['modprobe -a dax_hmem kmem'],
    measure: (after) =>
      accountOfMachine(after)
        .devices.filter(({ kind }) => kind === 'soft-reserved')
        .reduce((sum, { totals }) => sum + (totals.ram ?? 0) + (totals.offline ?? 0) + (totals.memmap ?? 0), 0),
    rest: () => undefined,
  },
];
