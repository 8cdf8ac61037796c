/** Families of random machines, each with the lines that suit it. */

import type { QemuArch } from '../drivers/qemu/platform.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { blockLine, daxLine, labelLine, legacyLine, lines, lsmem, plugDimm, resizeVirtioMem, unplugDimm } from './fuzz-commands.ts';
import { Dice, machineSeed } from './fuzz-dice.ts';
import { hmem } from './fuzz-families-hmem.ts';
import { autozone, fakenuma } from './fuzz-families-numa.ts';
import { chmem, cxl, modules, rare } from './fuzz-families-tools.ts';
import { treeBlocks, treeBootmap, treeNuma, treeVirtiomem } from './fuzz-families-tree.ts';
import { thinned } from './fuzz-thin.ts';
import { movableWord, onlineWords } from './fuzz-words.ts';
import { GIB, hex, KIB, MIB, offset, ranges, regionSize, sizeText } from './fuzz-numbers.ts';
import type { Step } from './record.ts';

type Machine = Omit<FuzzCase, 'family' | 'seed'>;

/** Below this the kernel and its first files lie, and no option should take memory away. */
const FREE_FROM = 256 * MIB;
/** What is left at the top of a machine's memory: the initial file system is loaded there. */
const TOP = 160 * MIB;

const run = (line: string): Step => ({ run: line });
const PMEM = 'modprobe nd_e820; modprobe nd_pmem';

export const FAMILIES = {
  bootmap,
  blocks,
  dimm,
  numa,
  legacy,
  nvdimm,
  kmem,
  virtiomem,
  mixed,
  hmem,
  fakenuma,
  autozone,
  chmem,
  rare,
  modules,
  cxl,
  bigblock,
} as const satisfies Readonly<Record<string, (dice: Dice) => Machine>>;

export type Family = keyof typeof FAMILIES;
export const FAMILY_NAMES = Object.keys(FAMILIES) as Family[];
/** What a campaign plays when it is not told: machines that a small host boots quickly. */
export const USUAL_FAMILIES: readonly Family[] = FAMILY_NAMES.filter((name) => name !== 'bigblock');

type Thrower = (dice: Dice) => Machine;

/** The families of each architecture, by the same names where they ask the same. */
const FAMILIES_OF: Readonly<Record<QemuArch, Readonly<Partial<Record<Family, Thrower>>>>> = {
  x86_64: FAMILIES,
  arm64: { bootmap: treeBootmap, blocks: treeBlocks, numa: treeNuma, virtiomem: treeVirtiomem },
  s390x: {},
  ppc64le: {},
};

export function familiesOf(arch: QemuArch): Family[] {
  return Object.keys(FAMILIES_OF[arch]) as Family[];
}

/** Which kernel tells the lines that come to nothing, where it is not 6.12: that one does not take QEMU 7.2's CXL cards. */
const ASKED: Readonly<Partial<Record<Family, string>>> = { cxl: '6.1' };

/** The machine and lines that belong to a seed. A family throws the machine, turns the dice, and throws the lines. */
export function fuzzCase(family: Family, seed: number, arch: QemuArch = 'x86_64'): FuzzCase {
  const thrower = FAMILIES_OF[arch][family];
  if (thrower === undefined) throw new RangeError(`there is no family ${family} of ${arch}`);
  // Where the machine is all there is to see, each seed has its own.
  const dice = new Dice(seed, family === 'bootmap' ? seed : machineSeed(seed));
  return thinned({ family, seed, ...(arch === 'x86_64' ? {} : { arch }), ...thrower(dice) }, dice, ASKED[family] ?? '6.12');
}

/** `memmap=` and `mem=` in every form, some overlapping, some ending a page or a MiB off. */
function bootmap(dice: Dice): Machine {
  const mib = dice.pick([1000, 1024, 1025, 1100, 1500, 2048, 3072, 3500]);
  const room = Math.min(mib, 2048) * MIB - TOP;
  const cmdline = dice.times(dice.between(1, 4), () => memmapWord(dice, room));
  if (dice.chance(0.3)) cmdline.unshift(`mem=${dice.pick([600, 641, 700, 767, 900, 901])}M`);
  if (dice.chance(0.2)) cmdline.push(movableWord(dice));
  dice.turn();
  const steps = [lsmem(dice), run(PMEM)];
  if (dice.chance(0.6)) steps.push(run('ndctl list -RNi'));
  if (dice.chance(0.6)) steps.push(...dice.times(3, () => blockLine(dice, [2, 3, 4, 5, 6, 7, 8, 15])));
  return { memory: `${mib}M`, cmdline, qemu: [], steps };
}

function memmapWord(dice: Dice, room: number): string {
  // Now and then where no memory is, or where DIMMs would come to lie.
  if (dice.chance(0.08)) return `memmap=${sizeText(regionSize(dice))}${dice.pick(['!', '$', '#'])}${hex(0x90000000 + offset(dice))}`;
  if (dice.chance(0.08)) return `memmap=${sizeText(regionSize(dice))}!${hex(0x100000000 + dice.below(4) * 64 * MIB + offset(dice))}`;
  const start = FREE_FROM + dice.below(Math.floor((room - FREE_FROM) / (32 * MIB))) * 32 * MIB + offset(dice);
  const size = dice.chance(0.8) ? regionSize(dice, 160) : dice.pick([4 * KIB, 68 * KIB, MIB, 7 * MIB, 129 * MIB]);
  const kind = dice.weighted([[5, '!'], [4, '$'], [2, '#'], [1, '@']]);
  if (dice.chance(0.07)) return `memmap=${sizeText(size)}%${hex(start)}-1+${dice.pick([2, 4, 7, 12])}`;
  return `memmap=${sizeText(size)}${kind}${hex(start)}`;
}

/** Memory of boot, taken off line and brought back. */
function blocks(dice: Dice): Machine {
  const mib = dice.pick([1500, 2048, 2048, 2176, 3072]);
  const cmdline = [movableWord(dice)];
  if (dice.chance(0.3)) cmdline.push('memmap=6M$0x77e00000');
  if (dice.chance(0.5)) cmdline.push(memmapWord(dice, Math.min(mib, 2048) * MIB - TOP));
  dice.turn();
  const steps: Step[] = dice.times(lines(dice), () => blockLine(dice, [8, 9, 10, 11, 12, 13, 14, 15, 16]));
  if (dice.chance(0.5)) steps.splice(dice.below(steps.length), 0, run(PMEM));
  return { memory: `${mib}M`, cmdline, qemu: [], steps: [...steps, lsmem(dice)] };
}

/** DIMMs plugged and pulled, their blocks on and off line. */
function dimm(dice: Dice): Machine {
  const cmdline = onlineWords(dice);
  if (dice.chance(0.3)) cmdline.push(`memmap=${sizeText(regionSize(dice, 130))}!${hex(0x20000000 + offset(dice))}`);
  if (dice.chance(0.15)) cmdline.push(movableWord(dice));
  if (dice.chance(0.15)) cmdline.push(`memmap=${sizeText(regionSize(dice))}!${hex(0x100000000 + dice.below(4) * 64 * MIB + offset(dice))}`);
  const memory = dice.pick(['1G', '1G', '1000M', '1100M', '1025M']);
  dice.turn();
  const steps: Step[] = [];
  const count = dice.between(1, 3);
  for (let i = 0; i < count; i++) {
    steps.push(...plugDimm(dice, i));
    if (dice.chance(0.4)) steps.push(blockLine(dice, HOTPLUGGED));
  }
  steps.push(...dice.times(lines(dice), () => blockLine(dice, HOTPLUGGED)), lsmem(dice));
  if (dice.chance(0.6)) steps.push(unplugDimm(dice.below(count)), lsmem(dice));
  if (dice.chance(0.2)) steps.push(...plugDimm(dice, count), lsmem(dice));
  return { memory: `${memory},slots=6,maxmem=16G`, cmdline, qemu: [], steps };
}

/** Blocks where DIMMs come to lie on machines below 2 GiB, and where they are told to. */
const HOTPLUGGED = [32, 32, 33, 33, 34, 35, 36, 37, 38, 40, 41, 42, 44];

/** Two nodes, DIMMs on either. */
function numa(dice: Dice): Machine {
  const first = dice.pick([512, 1000, 1024, 1024, 1088, 1536]);
  const nodes = [first, 2048 - first];
  const qemu = [
    ['-smp', '2'],
    nodes.flatMap((mib, n) => ['-object', `memory-backend-ram,id=n${n},size=${mib}M`]),
    nodes.flatMap((_, n) => ['-numa', `node,nodeid=${n},memdev=n${n},cpus=${n}`]),
  ];
  const cmdline = onlineWords(dice);
  const pmem = dice.chance(0.7);
  if (pmem) cmdline.push(`memmap=${sizeText(regionSize(dice, 160))}!${hex(0x28000000 + dice.below(5) * 64 * MIB + offset(dice))}`);
  if (dice.chance(0.2)) cmdline.push(movableWord(dice));
  dice.turn();
  const steps: Step[] = [];
  const count = dice.between(1, 2);
  for (let i = 0; i < count; i++) steps.push(...plugDimm(dice, i, dice.below(2)));
  steps.push(...dice.times(lines(dice), () => blockLine(dice, [...HOTPLUGGED, 7, 8, 12])));
  steps.push(run('lsmem -a -o RANGE,SIZE,STATE,REMOVABLE,BLOCK,NODE,ZONES'));
  if (pmem) steps.push(run(PMEM));
  if (dice.chance(0.5)) steps.push(unplugDimm(dice.below(count)), lsmem(dice));
  return { memory: '2G,slots=4,maxmem=16G', cmdline, qemu, steps };
}

function memmapRegions(found: readonly { start: number; size: number }[]): string[] {
  return found.map(({ start, size }) => `memmap=${sizeText(size)}!${hex(start)}`);
}

/** Regions made on the command line, several in a section. */
function legacy(dice: Dice): Machine {
  const gib = dice.pick([1, 2]);
  const found = ranges(dice, dice.between(1, 3), FREE_FROM, gib * GIB - TOP);
  dice.turn();
  const steps = [run('modprobe nd_e820'), run('modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax'), run('ndctl list -RNi')];
  steps.push(...dice.times(lines(dice), () => legacyLine(dice, found.length)));
  return { memory: `${gib}G`, cmdline: memmapRegions(found), qemu: [], steps: [...steps, run('ndctl list -RNi')] };
}

/** DIMMs of persistent memory, with and without room for labels. */
function nvdimm(dice: Dice): Machine {
  const count = dice.weighted([[3, 1], [1, 2]]);
  const labels = dice.times(count, () => dice.weighted([[2, 0], [3, 128 * KIB], [1, 2 * MIB]]));
  const qemu = labels.map((label, i) => {
    const mib = dice.pick([256, 510, 512, 254, 384, 513]);
    const room = label === 0 ? '' : `,label-size=${label}`;
    return ['-object', `memory-backend-ram,id=nm${i},size=${mib}M`, '-device', `nvdimm,id=nv${i},memdev=nm${i}${room}`];
  });
  dice.turn();
  const steps = [run('modprobe nfit'), run('modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax'), run('ndctl list -RNDi')];
  labels.forEach((label, i) => {
    if (label > 0) steps.push(run(`ndctl disable-region region${i}; ndctl init-labels -f nmem${i}; ndctl enable-region region${i}`));
  });
  steps.push(...dice.times(lines(dice), () => (labels[0] === 0 ? legacyLine(dice, count) : labelLine(dice, count))));
  steps.push(run('ndctl list -RNi'), run('ndctl disable-region all'));
  return { memory: '1G,slots=4,maxmem=16G', cmdline: [], qemu, steps };
}

const ALL_MODULES = 'modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax; modprobe kmem';

/** Device-dax as System RAM. */
function kmem(dice: Dice): Machine {
  const size = dice.pick([100, 256, 258, 260, 384, 386, 512, 514, 640]) * MIB + (dice.chance(0.1) ? dice.pick([4, 64]) * KIB : 0);
  const start = 0x20000000 + dice.below(3) * 128 * MIB + dice.weighted([[4, 0], [3, -2 * MIB], [3, 2 * MIB], [2, 66 * MIB], [1, MIB]]);
  const cmdline = [`memmap=${sizeText(size)}!${hex(start)}`, ...onlineWords(dice)];
  dice.turn();
  const align = dice.pick(['', '', ' --align=2M', ' --align=4K']);
  const map = dice.pick(['', ' -M mem', ' -M dev']);
  const steps = [
    run('modprobe nd_e820'),
    run(ALL_MODULES),
    run(`ndctl create-namespace -f -e namespace0.0 -m devdax${align}${map}`),
    ...dice.times(lines(dice), () => (dice.chance(0.2) ? lsmem(dice) : daxLine(dice, 1))),
    run('daxctl list -DR'),
  ];
  return { memory: '2G', cmdline, qemu: [], steps };
}

/** Memory that the hypervisor grows and shrinks. */
function virtiomem(dice: Dice): Machine {
  const size = dice.pick([1, 2]) * GIB;
  const unit = dice.pick([2, 2, 4, 4, 8, 64, 128, 256]) * MIB;
  const first = Math.min(Math.floor((dice.pick([0, 0, 64, 128, 192, 256]) * MIB) / unit) * unit, size);
  const qemu = [
    [
      ...['-object', `memory-backend-ram,id=vmb,size=${size / GIB}G`],
      ...['-device', `virtio-mem-pci,id=vm0,memdev=vmb,requested-size=${first},block-size=${unit}`],
    ],
  ];
  const cmdline = onlineWords(dice);
  dice.turn();
  const steps = [run('modprobe virtio_pci; modprobe virtio_mem')];
  dice.times(dice.between(3, 8), () => {
    steps.push(resizeVirtioMem(dice, unit, size));
    steps.push(dice.chance(0.75) ? lsmem(dice) : blockLine(dice, HOTPLUGGED));
  });
  return { memory: '1G,slots=2,maxmem=16G', cmdline, qemu, steps };
}

/** Everything on one machine. */
function mixed(dice: Dice): Machine {
  const gib = dice.pick([1, 2]);
  const found = ranges(dice, dice.between(1, 2), 320 * MIB, gib * GIB - TOP);
  // A region as large as blocks are can also serve as System RAM.
  if (dice.chance(0.5)) found.splice(0, found.length, { start: 0x18000000, size: dice.pick([256, 258, 320]) * MIB });
  const cmdline = [...memmapRegions(found), ...onlineWords(dice)];
  dice.turn();
  const steps = [run(`modprobe nd_e820; modprobe nd_btt; ${ALL_MODULES}`)];
  let dimms = 0;
  dice.times(lines(dice), () => {
    switch (dice.weighted([[5, 'nd'], [4, 'dax'], [2, 'block'], [2, 'plug'], [1, 'unplug']])) {
      case 'nd':
        return steps.push(legacyLine(dice, found.length));
      case 'dax':
        return steps.push(daxLine(dice, found.length));
      case 'block':
        return steps.push(blockLine(dice, [...HOTPLUGGED, 4]));
      case 'plug':
        return dimms < 3 ? steps.push(...plugDimm(dice, dimms++)) : 0;
      default:
        return dimms > 0 ? steps.push(unplugDimm(dice.below(dimms))) : 0;
    }
  });
  steps.push(run('ndctl list -RNi'), run('lsmem -a'));
  return { memory: `${gib}G,slots=6,maxmem=16G`, cmdline, qemu: [], steps };
}

/** Machines so large that memory blocks grow. */
function bigblock(dice: Dice): Machine {
  const gib = dice.pick([62, 63, 64, 65, 66]);
  const qemu = [
    ['-M', 'q35,nvdimm=on,memory-backend=big', '-object', `memory-backend-ram,id=big,size=${gib}G,reserve=off`],
    ['-cpu', dice.pick(['max', 'max,-hypervisor'])],
  ];
  const cmdline = [`memmap=${dice.pick([1, 2, 3])}G!${hex(4 * GIB + dice.pick([0, 2 * MIB, GIB]))}`, ...onlineWords(dice)];
  dice.turn();
  const steps = [
    run('modprobe nd_e820'),
    run(ALL_MODULES),
    run(`ndctl create-namespace -f -e namespace0.0 -m devdax${dice.pick(MAP_CHOICES)}`),
    ...dice.times(3, () => daxLine(dice, 1)),
    ...plugDimm(dice, 0),
    lsmem(dice),
    unplugDimm(0),
  ];
  return { memory: `${gib}G,slots=4,maxmem=200G`, cmdline, qemu, steps };
}

const MAP_CHOICES = ['', ' -M mem', ' -M dev'] as const;
