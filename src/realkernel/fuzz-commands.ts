/** Lines to type, thrown at random. */

import type { Dice } from './fuzz-dice.ts';
import { GIB, hex, MIB, sizeText } from './fuzz-numbers.ts';
import type { Step } from './record.ts';

const run = (line: string): Step => ({ run: line });
const monitor = (line: string): Step => ({ monitor: line });

/** How many lines are thrown, of which fewer stay: a boot costs as much as twenty, so that most runs are long. */
export const lines = (dice: Dice): number => (dice.chance(0.3) ? dice.between(8, 16) : dice.between(24, 48));

export function lsmem(dice: Dice): Step {
  return run(
    dice.weighted([
      [6, 'lsmem -a'],
      [2, 'lsmem -a -o RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES'],
      [1, 'lsmem'],
      [1, 'lsmem -b --summary=only'],
    ]),
  );
}

const BLOCK_WORDS = [
  [5, 'offline'],
  [4, 'online_movable'],
  [3, 'online'],
  [3, 'online_kernel'],
  [1, 'bogus'],
] as const;

/** Writes a block's state, or reads what its folder says; blocks that are not there included. */
export function blockLine(dice: Dice, blocks: readonly number[]): Step {
  const folder = `/sys/devices/system/memory/memory${dice.pick(blocks)}`;
  if (dice.chance(0.12)) return run(`cat ${folder}/${dice.pick(['state', 'valid_zones', 'phys_index', 'phys_device'])}`);
  if (dice.chance(0.08)) return run(`echo ${dice.pick([0, 1, 2])} > ${folder}/online`);
  if (dice.chance(0.06)) return policyLine(dice);
  return run(`echo ${dice.weighted(BLOCK_WORDS)} > ${folder}/state`);
}

/** What comes of memory that is plugged from now on. */
function policyLine(dice: Dice): Step {
  const auto = '/sys/devices/system/memory/auto_online_blocks';
  const parameters = '/sys/module/memory_hotplug/parameters';
  return run(
    dice.weighted([
      [4, `echo ${dice.pick(['online', 'offline', 'online_movable', 'online_kernel', 'bogus'])} > ${auto}`],
      [1, `cat ${auto}`],
      [3, `echo ${dice.pick(['auto-movable', 'contig-zones', 'bogus'])} > ${parameters}/online_policy`],
      [1, `cat ${parameters}/online_policy`],
      [1, `echo ${dice.pick([50, 100, 301, 1000])} > ${parameters}/auto_movable_ratio`],
      [1, `cat ${parameters}/memmap_on_memory`],
    ]),
  );
}

/** A DIMM of random size; at a place of its own now and then. */
export function plugDimm(dice: Dice, index: number, node?: number): Step[] {
  const mib = dice.weighted([
    [4, 128],
    [4, 256],
    [2, 64],
    [2, 130],
    [3, 192],
    [2, 384],
    [2, 512],
    [1, 100],
    [1, 320],
    [1, 1024],
  ]);
  const place = dice.chance(0.25) ? `,addr=${hex(5 * GIB + dice.below(6) * 256 * MIB + dice.weighted([[3, 0], [2, 64 * MIB], [1, 2 * MIB]]))}` : '';
  return [
    monitor(`object_add memory-backend-ram,id=m${index},size=${mib}M`),
    monitor(`device_add pc-dimm,id=d${index},memdev=m${index}${place}${node === undefined ? '' : `,node=${node}`}`),
  ];
}

export function unplugDimm(index: number): Step {
  return monitor(`device_del d${index}`);
}

export function resizeVirtioMem(dice: Dice, unit: number, size: number): Step {
  const mib = dice.pick([0, 64, 66, 96, 128, 130, 192, 256, 320, 384, 512, 640, 1024]) * MIB;
  const wanted = Math.min(Math.floor(mib / unit) * unit, size);
  return monitor(`qom-set /machine/peripheral/vm0 requested-size ${wanted}`);
}

const MODES = ['fsdax', 'devdax', 'raw', 'sector'] as const;
const ALIGNS = [
  [6, ''],
  [2, ' --align=4K'],
  [3, ' --align=2M'],
  [2, ' --align=16M'],
  [1, ' --align=1G'],
] as const;
const MAPS = ['', '', ' -M mem', ' -M dev'] as const;

/** How a namespace is to be made: fsdax and devdax take an alignment and a place for the memmap. */
export function namespaceMode(dice: Dice): string {
  const mode = dice.weighted([[4, MODES[0]], [4, MODES[1]], [2, MODES[2]], [2, MODES[3]]]);
  if (mode === 'raw' || mode === 'sector') return `-m ${mode}`;
  return `-m ${mode}${dice.weighted(ALIGNS)}${dice.pick(MAPS)}`;
}

/** Something done to one of the regions of label-less namespaces. */
export function legacyLine(dice: Dice, regions: number): Step {
  const n = dice.below(Math.max(regions, 1));
  return run(
    dice.weighted([
      [10, `ndctl create-namespace -f -e namespace${n}.0 ${namespaceMode(dice)}`],
      [3, `ndctl disable-namespace namespace${n}.0`],
      [3, `ndctl enable-namespace namespace${n}.0`],
      [2, `ndctl destroy-namespace -f namespace${n}.0`],
      [1, `ndctl disable-region region${n}`],
      [1, `ndctl enable-region region${n}`],
      [1, 'ndctl list -RNi'],
      [1, `ndctl create-namespace -r region${n} ${namespaceMode(dice)}`],
      [1, 'ndctl list -NiX'],
    ]),
  );
}

/** Something done to a region whose DIMM may keep labels. */
export function labelLine(dice: Dice, regions: number): Step {
  const n = dice.below(Math.max(regions, 1));
  const bytes = dice.pick([2, 16, 32, 62, 64, 66, 96, 100, 128, 130, 192]) * MIB;
  const size = dice.chance(0.9) ? ` -s ${sizeText(bytes)}` : '';
  return run(
    dice.weighted([
      [10, `ndctl create-namespace -r region${n} ${namespaceMode(dice)}${size}`],
      [3, `ndctl destroy-namespace -f namespace${n}.${dice.below(3)}`],
      [2, `ndctl disable-namespace namespace${n}.${dice.below(3)}`],
      [2, `ndctl enable-namespace namespace${n}.${dice.below(3)}`],
      [2, `ndctl create-namespace -f -e namespace${n}.${dice.below(3)} ${namespaceMode(dice)}`],
      [1, `ndctl disable-region region${n}; ndctl enable-region region${n}`],
      [1, 'ndctl list -RNDi'],
      [1, `ndctl disable-region region${n}; ndctl init-labels -f nmem${n}; ndctl enable-region region${n}`],
      [1, `ndctl disable-region region${n}; ndctl zero-labels nmem${n}; ndctl enable-region region${n}`],
      [1, `ndctl list -R -r region${n}`],
    ]),
  );
}

/** Something done with a device-dax instance as System RAM. */
export function daxLine(dice: Dice, devices: number): Step {
  const n = dice.below(Math.max(devices, 1));
  return run(
    dice.weighted([
      [4, `daxctl reconfigure-device --mode=system-ram dax${n}.0`],
      [4, `daxctl reconfigure-device --mode=system-ram -N dax${n}.0`],
      [3, `daxctl reconfigure-device --mode=devdax -f dax${n}.0`],
      [3, `daxctl offline-memory dax${n}.0`],
      [3, `daxctl online-memory dax${n}.0`],
      [1, `daxctl online-memory --no-movable dax${n}.0`],
      [2, 'daxctl list -D'],
      [1, 'daxctl list -DR'],
      [1, `ndctl disable-namespace namespace${n}.0`],
      [1, `ndctl enable-namespace namespace${n}.0`],
    ]),
  );
}
