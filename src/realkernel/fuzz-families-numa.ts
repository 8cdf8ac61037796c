/** Nodes that firmware does not tell of, memory that the command line leaves out, and zones by ratio. */

import type { FuzzCase } from './fuzz-case.ts';
import { blockLine, lines, lsmem, plugDimm, unplugDimm } from './fuzz-commands.ts';
import type { Dice } from './fuzz-dice.ts';
import { hex, MIB, offset, regionSize, sizeText } from './fuzz-numbers.ts';
import { movableWord } from './fuzz-words.ts';
import type { Step } from './record.ts';

type Machine = Omit<FuzzCase, 'family' | 'seed'>;

const run = (line: string): Step => ({ run: line });
const DETAILS = run('lsmem -a -o RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES');
const NODES = run('cat /sys/devices/system/node/online /sys/devices/system/node/has_memory /sys/devices/system/node/possible');

/** A map of one's own, nodes of one's own, or an end of memory before its end; DIMMs afterwards. */
export function fakenuma(dice: Dice): Machine {
  const mib = dice.pick([1000, 1024, 1100, 1500, 2048]);
  const cmdline: string[] = [];
  const kind = dice.weighted([[4, 'fake'], [3, 'exactmap'], [3, 'mem'], [2, 'both']]);
  if (kind === 'exactmap' || kind === 'both') cmdline.push(...exactmap(dice, mib));
  if (kind === 'fake' || kind === 'both') cmdline.push(fakeWord(dice));
  if (kind === 'mem') cmdline.push(`mem=${dice.pick([700, 767, 900, 901, 1000, 3000, 4300, 4352, 5000, 6000])}M`);
  if (dice.chance(0.3)) cmdline.push(movableWord(dice));
  if (dice.chance(0.25)) cmdline.push(`memmap=${sizeText(regionSize(dice, 130))}!${hex(0x20000000 + offset(dice))}`);
  if (dice.chance(0.7)) cmdline.push(`memhp_default_state=${dice.pick(['online', 'online_movable', 'online_kernel'])}`);
  dice.turn();
  const steps: Step[] = [DETAILS, NODES];
  const count = dice.between(1, 3);
  for (let i = 0; i < count; i++) steps.push(...plugDimm(dice, i), NODES);
  steps.push(...dice.times(dice.between(4, 16), () => blockLine(dice, BLOCKS)), DETAILS);
  if (dice.chance(0.5)) steps.push(run('modprobe nd_e820; modprobe nd_pmem'));
  if (dice.chance(0.6)) steps.push(unplugDimm(dice.below(count)), lsmem(dice), NODES);
  return { memory: `${mib}M,slots=4,maxmem=16G`, cmdline, qemu: dice.chance(0.2) ? [['-smp', '2']] : [], steps };
}

/** Where boot memory ends, where DIMMs come to lie below and above 2 GiB of RAM, and where they are told to. */
const BLOCKS = [4, 5, 6, 7, 8, 32, 32, 33, 34, 36, 40, 42, 44];

/** Memory as the command line has it: the first 639 KiB, and one piece or two from 1 MiB on. */
function exactmap(dice: Dice, mib: number): string[] {
  const end = dice.pick([640, 767, 768, 800, 896, 899, mib]) * MIB;
  const words = ['memmap=exactmap', 'memmap=639K@0'];
  if (dice.chance(0.6) || end <= 704 * MIB) return [...words, `memmap=${sizeText(end - MIB)}@1M`];
  const hole = 640 * MIB + offset(dice);
  const after = hole + dice.pick([2, 6, 32, 64]) * MIB;
  const second = after < end ? [`memmap=${sizeText(end - after)}@${hex(after)}`] : [];
  return [...words, `memmap=${sizeText(hole - MIB)}@1M`, ...second];
}

function fakeWord(dice: Dice): string {
  return `numa=${dice.weighted([
    [3, `fake=${dice.pick([2, 3, 4, 5, 8])}`],
    [2, `fake=${dice.pick(['128M', '200M', '256M', '300M', '500M', '900M'])}`],
    [1, `fake=${dice.pick([1, 2, 3])}U`],
    [1, 'off'],
  ])}`;
}

/** Two nodes and a ratio of movable to kernel memory that decides the zone of each block. */
export function autozone(dice: Dice): Machine {
  const first = dice.pick([512, 1000, 1024, 1088, 1536]);
  const nodes = [first, 2048 - first];
  const qemu = [
    ['-smp', '2'],
    nodes.flatMap((mib, n) => ['-object', `memory-backend-ram,id=n${n},size=${mib}M`]),
    nodes.flatMap((_, n) => ['-numa', `node,nodeid=${n},memdev=n${n},cpus=${n}`]),
  ];
  const cmdline = [
    `memhp_default_state=${dice.pick(['online', 'online', 'offline'])}`,
    'memory_hotplug.online_policy=auto-movable',
    `memory_hotplug.auto_movable_ratio=${dice.pick([10, 25, 50, 100, 200, 301, 401])}`,
  ];
  if (dice.chance(0.4)) cmdline.push(`memory_hotplug.auto_movable_numa_aware=${dice.pick(['0', 'n', '1'])}`);
  if (dice.chance(0.3)) cmdline.push('memory_hotplug.memmap_on_memory=1');
  if (dice.chance(0.2)) cmdline.push(movableWord(dice));
  dice.turn();
  const steps: Step[] = [];
  const count = dice.between(2, 5);
  for (let i = 0; i < count; i++) {
    steps.push(...plugDimm(dice, i, dice.below(2)));
    if (dice.chance(0.3)) steps.push(ratioLine(dice));
    if (dice.chance(0.3)) steps.push(blockLine(dice, [32, 33, 34, 35, 36, 37, 38, 40, 44]));
  }
  steps.push(DETAILS, ...dice.times(lines(dice) / 2, () => blockLine(dice, [32, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 44])));
  steps.push(unplugDimm(dice.below(count)), DETAILS, ...plugDimm(dice, count, dice.below(2)), DETAILS);
  return { memory: '2G,slots=8,maxmem=16G', cmdline, qemu, steps };
}

function ratioLine(dice: Dice): Step {
  const parameters = '/sys/module/memory_hotplug/parameters';
  return run(
    dice.weighted([
      [3, `echo ${dice.pick([0, 1, 50, 100, 301, 1000])} > ${parameters}/auto_movable_ratio`],
      [1, `echo ${dice.pick(['Y', 'n', '1', '0'])} > ${parameters}/auto_movable_numa_aware`],
      [1, `echo ${dice.pick(['auto-movable', 'contig-zones'])} > ${parameters}/online_policy`],
    ]),
  );
}
