/** Families for machines that are booted from a device tree: no `memmap=`, no DIMMs, memory from 1 GiB upwards. */

import type { FuzzCase } from './fuzz-case.ts';
import { blockLine, lsmem, resizeVirtioMem } from './fuzz-commands.ts';
import type { Dice } from './fuzz-dice.ts';
import { GIB, MIB } from './fuzz-numbers.ts';
import { movableWord, onlineWords } from './fuzz-words.ts';
import type { Step } from './record.ts';

type Machine = Omit<FuzzCase, 'family' | 'seed'>;

const run = (line: string): Step => ({ run: line });
const DETAILS = run('lsmem -a -o RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES');
/** Sizes that end inside a block, at one, and beyond where the DMA zone ends. */
const SIZES_MIB = [1000, 1024, 1025, 1026, 1100, 1500, 2048, 2050, 3000, 3072, 3073, 3200, 3500];
/** Of the last, the block at 4 GiB. */
const BOOT_BLOCKS = [7, 8, 9, 10, 13, 15, 16, 19, 24, 31, 32];

/** How memory is divided at boot. */
export function treeBootmap(dice: Dice): Machine {
  const mib = dice.pick(SIZES_MIB);
  const cmdline: string[] = [];
  // `mem=` keeps so much memory; what it does not fill to a page is lost.
  if (dice.chance(0.6)) cmdline.push(`mem=${dice.pick(['600M', '641M', '767M', '900M', '901M', '950000K', '999997K', '5000M'])}`);
  if (dice.chance(0.5)) cmdline.push(movableWord(dice));
  if (dice.chance(0.15)) cmdline.push('numa=off');
  dice.turn();
  const steps = [lsmem(dice), DETAILS, ...dice.times(dice.between(2, 6), () => blockLine(dice, BOOT_BLOCKS))];
  return { memory: `${mib}M`, cmdline, qemu: [], steps };
}

/** Memory of boot, asked to go offline. */
export function treeBlocks(dice: Dice): Machine {
  const mib = dice.pick([1025, 1500, 2048, 3200]);
  const cmdline = dice.chance(0.7) ? [movableWord(dice)] : [];
  dice.turn();
  const steps = dice.times(dice.between(8, 20), () => blockLine(dice, BOOT_BLOCKS));
  return { memory: `${mib}M`, cmdline, qemu: [], steps: [...steps, lsmem(dice)] };
}

/** Memory that the hypervisor grows and shrinks, on a machine with one node. */
export function treeVirtiomem(dice: Dice): Machine {
  return virtioMachine(dice, dice.pick([1024, 1024, 1100, 1025, 2048, 3072]), []);
}

/** The same with two nodes. */
export function treeNuma(dice: Dice): Machine {
  const total = dice.pick([1024, 1100, 2048]);
  const first = dice.pick([300, 500, 512, 513, 600]);
  const sizes = [first, total - first];
  const nodes = [
    ['-smp', '2'],
    sizes.flatMap((mib, n) => ['-object', `memory-backend-ram,id=n${n},size=${mib}M`]),
    sizes.flatMap((_, n) => ['-numa', `node,nodeid=${n},memdev=n${n},cpus=${n}`]),
  ];
  return virtioMachine(dice, total, nodes);
}

function virtioMachine(dice: Dice, mib: number, nodes: readonly (readonly string[])[]): Machine {
  const size = dice.pick([1, 2]) * GIB;
  const unit = dice.pick([2, 2, 4, 4, 8, 64, 128, 256]) * MIB;
  const first = Math.floor((dice.pick([0, 0, 64, 128, 192, 256]) * MIB) / unit) * unit;
  const node = nodes.length > 0 && dice.chance(0.5) ? ',node=1' : '';
  const qemu = [
    ...nodes,
    [
      ...['-object', `memory-backend-ram,id=vmb,size=${size / GIB}G`],
      ...['-device', `virtio-mem-pci,id=vm0,memdev=vmb,requested-size=${first},block-size=${unit}${node}`],
    ],
  ];
  const cmdline = onlineWords(dice);
  if (dice.chance(0.2)) cmdline.push(movableWord(dice));
  dice.turn();
  // Device memory begins at the next GiB.
  const base = (Math.ceil(mib / 1024) + 1) * 8;
  const blocks = [base, base, base + 1, base + 1, base + 2, base + 3, base + 4, 9, 15];
  const steps = [run('modprobe virtio_pci; modprobe virtio_mem')];
  dice.times(dice.between(3, 8), () => {
    steps.push(resizeVirtioMem(dice, unit, size));
    steps.push(dice.chance(0.3) ? DETAILS : dice.chance(0.3) ? lsmem(dice) : blockLine(dice, blocks));
  });
  return { memory: `${mib}M,slots=2,maxmem=16G`, cmdline, qemu, steps };
}
