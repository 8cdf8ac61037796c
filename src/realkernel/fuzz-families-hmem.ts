/** Soft-reserved memory: a region of device-dax out of which devices are cut, and which serves as System RAM and back. */

import type { FuzzCase } from './fuzz-case.ts';
import { blockLine, lines, lsmem } from './fuzz-commands.ts';
import type { Dice } from './fuzz-dice.ts';
import { GIB, hex, KIB, MIB, sizeText } from './fuzz-numbers.ts';
import { onlineWords } from './fuzz-words.ts';
import type { Step } from './record.ts';

const run = (line: string): Step => ({ run: line });

/** RAM from somewhere above 1 GiB becomes soft-reserved; a second range now and then. */
export function hmem(dice: Dice): Omit<FuzzCase, 'family' | 'seed'> {
  const start = GIB + dice.weighted([[6, 0], [3, 2 * MIB], [2, 64 * MIB], [2, 126 * MIB], [1, MIB], [1, 4 * KIB]]);
  const size = dice.pick([128, 130, 254, 256, 258, 384, 510, 512, 514, 640]) * MIB + (dice.chance(0.1) ? dice.pick([4, 1024]) * KIB : 0);
  const found = [{ start, size }];
  const second = start + size + dice.weighted([[3, 2 * MIB], [2, 64 * MIB], [1, 128 * MIB]]);
  if (dice.chance(0.3)) found.push({ start: second, size: dice.pick([64, 128, 130]) * MIB });
  const cmdline = [...found.map((each) => `memmap=${sizeText(each.size)}%${hex(each.start)}-1+0xefffffff`), ...onlineWords(dice)];
  if (dice.chance(0.25)) cmdline.push('dax_hmem.region_idle=1');
  dice.turn();
  const order = dice.pick(['kmem device_dax dax_hmem', 'dax_hmem kmem device_dax', 'device_dax dax_hmem kmem', 'device_dax dax_hmem']);
  const blocks = [8, 8, 9, 10, 11, 12, 13];
  const steps = [run(`for m in ${order}; do modprobe $m; done`), run('daxctl list -DRMi')];
  dice.times(lines(dice), () => {
    const kind = dice.weighted([[6, 'tool'], [5, 'file'], [2, 'block'], [1, 'lsmem'], [1, 'module']]);
    if (kind === 'tool') steps.push(toolLine(dice, found.length));
    else if (kind === 'file') steps.push(fileLine(dice, start, size));
    else if (kind === 'block') steps.push(blockLine(dice, blocks));
    else if (kind === 'lsmem') steps.push(lsmem(dice));
    else steps.push(moduleLine(dice));
  });
  return { memory: '3G', cmdline, qemu: [], steps: [...steps, run('daxctl list -DRMi'), run('lsmem -a')] };
}

const SIZES_MIB = [2, 4, 62, 64, 66, 128, 130, 192, 256, 258, 384];
const ALIGNS = ['', '', ' -a 4K', ' -a 2M', ' -a 1G'] as const;

/** One of the first devices, the first most often. */
function device(dice: Dice, regions = 1): string {
  return `dax${regions > 1 && dice.chance(0.25) ? 1 : 0}.${dice.weighted([[5, 0], [3, 1], [2, 2], [1, 3]])}`;
}

function sizeOption(dice: Dice): string {
  return dice.chance(0.8) ? ` -s ${dice.pick(SIZES_MIB)}M` : '';
}

/** daxctl, as people type it. */
function toolLine(dice: Dice, regions: number): Step {
  const name = device(dice, regions);
  const region = dice.weighted([[4, ' -r 0'], [1, ' -r 1'], [1, '']]);
  return run(
    dice.weighted([
      [7, `daxctl create-device${region}${sizeOption(dice)}${dice.pick(ALIGNS)}`],
      [4, `daxctl reconfigure-device -s ${dice.pick(SIZES_MIB)}M${dice.pick(ALIGNS)} ${name}`],
      [4, `daxctl reconfigure-device -m system-ram${dice.pick(['', ' -N', ' --no-movable', ' -f'])} ${name}`],
      [4, `daxctl reconfigure-device -m devdax -f ${name}`],
      [1, `daxctl reconfigure-device -m devdax ${name}`],
      [4, `daxctl disable-device ${dice.chance(0.1) ? 'all' : name}`],
      [3, `daxctl enable-device ${dice.chance(0.1) ? 'all' : name}`],
      [5, `daxctl destroy-device ${dice.pick(['-f ', ''])}${dice.chance(0.1) ? 'all' : name}`],
      [2, `daxctl offline-memory ${dice.chance(0.15) ? 'all' : name}`],
      [2, `daxctl online-memory ${dice.pick(['', '--no-movable '])}${name}`],
      [2, 'daxctl list -DRMi'],
    ]),
  );
}

/** What daxctl writes, and what it never would. */
function fileLine(dice: Dice, start: number, size: number): Step {
  const name = device(dice);
  const folder = `/sys/bus/dax/devices/${name}`;
  const region = '/sys/devices/platform/hmem.0/dax_region';
  const bytes = dice.pick([0, ...SIZES_MIB]) * MIB + (dice.chance(0.15) ? dice.pick([4, 1024]) * KIB : 0);
  const from = start + dice.below(Math.floor(size / (32 * MIB))) * 32 * MIB + dice.weighted([[4, 0], [2, 2 * MIB], [1, MIB]]);
  const to = from + dice.pick([2, 32, 64, 128, 130]) * MIB;
  return run(
    dice.weighted([
      [4, `echo ${bytes} > ${folder}/size`],
      [3, `echo ${from.toString(16)}-${(to - 1).toString(16)} > ${folder}/mapping`],
      [1, `echo ${dice.pick([4096, 2 * MIB, GIB, 8192])} > ${folder}/align`],
      [3, `echo 1 > ${region}/create`],
      [3, `echo ${name} > ${region}/delete`],
      [2, `echo ${name} > /sys/bus/dax/drivers/${dice.pick(['kmem', 'device_dax'])}/${dice.pick(['bind', 'unbind'])}`],
      [2, `echo ${name} > /sys/bus/dax/drivers/${dice.pick(['kmem', 'device_dax'])}/${dice.pick(['new_id', 'remove_id'])}`],
      [2, `echo ${dice.pick([0, 1])} > ${folder}/memmap_on_memory`],
      [1, `cat ${region}/available_size`],
    ]),
  );
}

function moduleLine(dice: Dice): Step {
  return run(dice.weighted([
    [2, `modprobe -r ${dice.pick(['kmem', 'device_dax', 'dax_hmem'])}`],
    [3, `modprobe ${dice.pick(['kmem', 'device_dax', 'dax_hmem'])}`],
  ]));
}
