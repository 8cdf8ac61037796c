/** Rarer words of the tools: chmem's sizes and zones, ndctl's less known commands, modules in odd orders, CXL. */

import type { FuzzCase } from './fuzz-case.ts';
import { blockLine, daxLine, legacyLine, lines, lsmem, namespaceMode, plugDimm, unplugDimm } from './fuzz-commands.ts';
import type { Dice } from './fuzz-dice.ts';
import { hex, KIB, MIB, offset, regionSize, sizeText } from './fuzz-numbers.ts';
import { movableWord, onlineWords } from './fuzz-words.ts';
import type { Step } from './record.ts';

type Machine = Omit<FuzzCase, 'family' | 'seed'>;

const run = (line: string): Step => ({ run: line });

/** Sizes, ranges and zones for chmem; columns for lsmem. */
export function chmem(dice: Dice): Machine {
  const cmdline = dice.chance(0.7) ? [movableWord(dice)] : [];
  cmdline.push(...onlineWords(dice));
  const mib = dice.pick([1500, 2048, 3072]);
  dice.turn();
  const steps: Step[] = dice.chance(0.7) ? plugDimm(dice, 0) : [];
  steps.push(...dice.times(lines(dice), () => dice.weighted([[6, chmemLine], [3, lsmemLine], [1, lastBlock]])(dice)));
  return { memory: `${mib}M,slots=4,maxmem=16G`, cmdline, qemu: [], steps: [...steps, run('lsmem -a')] };
}

const lastBlock = (dice: Dice): Step => blockLine(dice, [9, 10, 12, 14, 15, 32, 33]);

function chmemLine(dice: Dice): Step {
  const action = dice.pick(['-d', '-d', '-e', '-e', '--disable', '--enable']);
  const zone = dice.weighted([[5, ''], [2, ' -z Movable'], [1, ' -z Normal'], [1, ' -z DMA32'], [1, ' -z bogus']]);
  const words = `${action}${zone}${dice.pick(['', '', ' -v'])}`;
  const block = dice.pick([8, 9, 10, 11, 12, 14, 15, 16, 32, 33, 40]);
  const start = block * 128 * MIB;
  const end = start + dice.pick([1, 1, 2, 3]) * 128 * MIB;
  const text = (address: number): string => `0x${address.toString(16).padStart(16, '0')}`;
  return run(
    dice.weighted([
      [5, `chmem ${words} ${dice.pick(['128M', '256M', '384M', '1G', '100M', '130M', '0', '134217728'])}`],
      [5, `chmem ${words} ${text(start)}-${text(end - 1)}`],
      [1, `chmem ${words} ${text(start)}-${text(end)}`],
      [1, `chmem ${words} ${text(start + 2 * MIB)}-${text(end - 1)}`],
      [3, `chmem -b ${words} ${block}-${block + dice.below(3)}`],
      [1, `chmem -b ${words} ${block}`],
    ]),
  );
}

const COLUMNS = ['RANGE', 'SIZE', 'STATE', 'REMOVABLE', 'BLOCK', 'NODE', 'ZONES'] as const;

function lsmemLine(dice: Dice): Step {
  const columns = dice.times(dice.between(1, 5), () => dice.pick(COLUMNS)).join(',');
  const form = dice.pick(['', '', ' -J', ' -P', ' -r', ' -n', ' -b', ' -a']);
  return run(
    dice.weighted([
      [4, `lsmem${form} -o ${columns}`],
      [2, `lsmem${form} --output-all`],
      [2, `lsmem -S ${dice.pick([...COLUMNS, 'none', 'STATE,ZONES'])}${dice.pick(['', ' --output-all'])}`],
      [1, `lsmem${form} --summary=${dice.pick(['always', 'never', 'only'])}`],
      [1, `lsmem -o +${dice.pick(COLUMNS)}`],
    ]),
  );
}

/** One NVDIMM with labels and one without, and what ndctl can do besides making namespaces. */
export function rare(dice: Dice): Machine {
  const labels = [dice.pick([128 * KIB, 256 * KIB]), dice.pick([0, 128 * KIB])];
  const qemu = labels.map((label, i) => [
    ...['-object', `memory-backend-ram,id=nm${i},size=${dice.pick([254, 256, 384])}M`],
    ...['-device', `nvdimm,id=nv${i},memdev=nm${i}${label === 0 ? '' : `,label-size=${label}`}`],
  ]);
  const cmdline = dice.chance(0.5) ? [`memmap=${sizeText(regionSize(dice))}!${hex(0x20000000 + offset(dice))}`] : [];
  const version = dice.weighted([[4, ''], [2, ' -V 1.2'], [1, undefined]]);
  dice.turn();
  const steps = [run('modprobe nd_e820; modprobe nfit'), run('modprobe nd_btt; modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax')];
  if (version !== undefined) steps.push(run(`ndctl disable-region all; ndctl init-labels -f${version} nmem0; ndctl enable-region all`));
  steps.push(...dice.times(lines(dice), () => rareLine(dice, labels.length + cmdline.length)));
  return { memory: '1G,slots=4,maxmem=16G', cmdline, qemu, steps: [...steps, run('ndctl list -BDRNi')] };
}

function rareLine(dice: Dice, regions: number): Step {
  const region = dice.below(regions);
  const name = `namespace${region}.${dice.weighted([[4, 0], [2, 1], [1, 2]])}`;
  const bytes = sizeText(dice.pick([16, 32, 62, 64, 96, 100, 128]) * MIB);
  const nmem = `nmem${dice.below(2)}`;
  return run(
    dice.weighted([
      [8, `ndctl create-namespace -r region${region} ${namespaceMode(dice)}${dice.chance(0.85) ? ` -s ${bytes}` : ''}`],
      [5, `ndctl create-namespace -f -e ${name} ${dice.chance(0.5) ? namespaceMode(dice) : ''} -s ${bytes}`],
      [2, `ndctl create-namespace -r region${region} -m sector -l ${dice.pick([512, 520, 4096, 4160])}${dice.chance(0.7) ? ` -s ${bytes}` : ''}`],
      [2, `ndctl create-namespace -r region${region} ${namespaceMode(dice)} -s ${bytes} -n ${dice.pick(['blue', 'x'])} --no-autolabel`],
      [1, `ndctl create-namespace -c -r region${region}`],
      [3, `ndctl check-namespace ${dice.pick(['', '-f ', '-R '])}${dice.chance(0.2) ? 'all' : name}`],
      [2, `ndctl read-infoblock -j ${dice.chance(0.2) ? 'all' : name}`],
      [1, `ndctl write-infoblock ${dice.pick(['', '-m devdax ', '-a 2M ', '-M mem '])}${name}`],
      [2, `ndctl disable-namespace ${dice.chance(0.5) ? 'all' : name}`],
      [3, `ndctl enable-namespace ${dice.chance(0.6) ? 'all' : name}`],
      [2, `ndctl destroy-namespace ${dice.pick(['', '-f '])}${dice.chance(0.2) ? 'all' : name}`],
      [1, `ndctl destroy-namespace -f -r region${region} all`],
      [1, `ndctl read-labels ${dice.pick(['-j', '-u', '-j -I'])} ${dice.chance(0.3) ? 'all' : nmem}`],
      [1, `ndctl check-labels ${dice.chance(0.5) ? 'all' : nmem}`],
      [1, `ndctl ${dice.pick(['init-labels', 'zero-labels'])} ${nmem}`],
      [2, `ndctl disable-region ${dice.chance(0.3) ? 'all' : `region${region}`}`],
      [3, `ndctl enable-region ${dice.chance(0.5) ? 'all' : `region${region}`}`],
      [1, `ndctl disable-dimm ${dice.chance(0.3) ? 'all' : nmem}`],
      [2, `ndctl enable-dimm ${dice.chance(0.5) ? 'all' : nmem}`],
      [2, `ndctl list ${dice.pick(['-BDRNi', '-NvX', '-RC', '-u -NR', '-m fsdax', '-m devdax -i', '-t pmem', '-c', '-D -d nmem0', '-M', '-B -U 0'])}`],
    ]),
  );
}

const DRIVERS = ['nd_e820', 'nd_pmem', 'dax_pmem', 'device_dax', 'kmem', 'nd_btt', 'libnvdimm', 'nfit'] as const;

/** Drivers that go and come in odd orders, under namespaces, System RAM and DIMMs. */
export function modules(dice: Dice): Machine {
  const start = 0x18000000 + dice.weighted([[3, 0], [1, 2 * MIB], [1, 64 * MIB]]);
  const cmdline = [`memmap=${dice.pick([256, 258, 384, 128])}M!${hex(start)}`, ...onlineWords(dice)];
  const qemu = dice.chance(0.4)
    ? [['-object', 'memory-backend-ram,id=nm0,size=256M', '-device', `nvdimm,id=nv0,memdev=nm0${dice.pick(['', ',label-size=131072'])}`]]
    : [];
  dice.turn();
  const steps = [run(`for m in ${dice.times(5, () => dice.pick(DRIVERS)).join(' ')} nd_e820; do modprobe $m; done`)];
  let dimms = 0;
  dice.times(lines(dice), () => {
    switch (dice.weighted([[6, 'load'], [5, 'unload'], [4, 'nd'], [3, 'dax'], [1, 'lsmem'], [1, 'dimm']])) {
      case 'load':
        return steps.push(run(`modprobe ${dice.chance(0.3) ? `-a ${dice.pick(DRIVERS)} ${dice.pick(DRIVERS)}` : dice.pick(DRIVERS)}`));
      case 'unload':
        return steps.push(run(`modprobe -r ${dice.pick(DRIVERS)}${dice.chance(0.25) ? ` ${dice.pick(DRIVERS)}` : ''}`));
      case 'nd':
        return steps.push(legacyLine(dice, 1 + qemu.length));
      case 'dax':
        return steps.push(daxLine(dice, 1));
      case 'dimm':
        return dimms < 1 ? steps.push(...plugDimm(dice, dimms++)) : steps.push(unplugDimm(0));
      default:
        return steps.push(lsmem(dice));
    }
  });
  return { memory: '1G,slots=4,maxmem=8G', cmdline, qemu, steps: [...steps, run('ndctl list -RNi'), run('lsmem -a')] };
}

/** A window and a card behind a bridge; 6.1 takes the card, 6.12 sees the window only. */
export function cxl(dice: Dice): Machine {
  const gib = dice.pick([1, 4, 4, 8]);
  const card = dice.pick([256, 512, 1024]);
  const qemu = [
    ['-M', `q35,cxl=on,cxl-fmw.0.targets.0=cxl.1,cxl-fmw.0.size=${gib}G`],
    [
      ...['-object', `memory-backend-ram,id=cm1,size=${card}M`, '-object', 'memory-backend-ram,id=lsa1,size=256K'],
      ...['-device', 'pxb-cxl,bus_nr=12,bus=pcie.0,id=cxl.1', '-device', 'cxl-rp,port=0,bus=cxl.1,id=rp0,chassis=0,slot=2'],
      ...['-device', 'cxl-type3,bus=rp0,memdev=cm1,lsa=lsa1,id=pm0'],
    ],
  ];
  const cmdline = onlineWords(dice);
  dice.turn();
  const size = dice.weighted([[3, ''], [2, ' -s 256M'], [1, ' -s 512M'], [1, ' -s 100M']]);
  const steps = [
    run('for m in cxl_acpi cxl_pci cxl_mem cxl_pmem nd_pmem dax_pmem device_dax kmem; do modprobe $m; done'),
    run('grep -E "CXL|Persistent|region|dax|RAM" /proc/iomem'),
    run(`cxl create-region -m -t pmem -d decoder0.0 -w 1 -g ${dice.pick([256, 1024, 4096])}${size} mem0`),
  ];
  dice.times(lines(dice) / 2, () => steps.push(dice.weighted([[3, cxlLine], [5, (each: Dice) => legacyLine(each, 1)], [4, (each: Dice) => daxLine(each, 1)]])(dice)));
  return { memory: '2G', cmdline, qemu, steps: [...steps, run('ndctl list -RNi'), run('lsmem -a')] };
}

function cxlLine(dice: Dice): Step {
  return run(
    dice.weighted([
      [2, 'cxl disable-region region0'],
      [2, 'cxl enable-region region0'],
      [1, 'cxl destroy-region -f region0'],
      [2, `cxl create-region -m -t pmem -d decoder0.0 -w 1 -g 256${dice.pick(['', ' -s 256M'])} mem0`],
      [1, 'cxl list -R'],
      [1, 'ndctl create-namespace -r region0 -m devdax'],
    ]),
  );
}
