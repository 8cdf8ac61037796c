/** Machines and command lines that real kernels were asked, after ndctl's own tests and beyond them. */

export interface Scenario {
  readonly name: string;
  readonly memory: string;
  readonly cmdline: string;
  /** Machine arguments beside memory, a backend and a device in one entry each. */
  readonly qemu: readonly string[];
  readonly lines: readonly string[];
}

/** What a busy host makes a guest say. */
export const HOST_NOISE = /^(hrtimer|clocksource|rcu|watchdog|sched|workqueue|perf): /;

const REGION = '/sys/bus/nd/devices/region0';
const show = (...attributes: readonly string[]): string =>
  `cat ${attributes.map((attribute) => `${REGION}/${attribute}`).join(' ')}`;

/** A machine with NVDIMMs; sizes as QEMU takes them, with or without a label area. */
function nvdimms(...sizes: readonly (readonly [size: string, label?: string])[]): Pick<Scenario, 'memory' | 'cmdline' | 'qemu'> {
  const devices = sizes.flatMap(([size, label], i) => [
    `-object memory-backend-ram,id=nm${i},size=${size}`,
    `-device nvdimm,id=nv${i},memdev=nm${i}${label === undefined ? '' : `,label-size=${label}`}`,
  ]);
  return { memory: '2G,slots=4,maxmem=32G', cmdline: '', qemu: ['-M q35,nvdimm=on', ...devices] };
}

function legacy(memory: string, cmdline: string): Pick<Scenario, 'memory' | 'cmdline' | 'qemu'> {
  return { memory, cmdline, qemu: ['-M q35'] };
}

const INIT = 'ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0';
const CREATE = 'ndctl create-namespace -r region0';
const AGAIN = 'ndctl create-namespace -f -e namespace0.0';
const each = (names: string, line: string): string => `for i in ${names}; do ${line}; done`;

/** Lines drawn from what people type; the same for the same seed. */
function randomLines(seed: number, count: number, regions: readonly number[], labelled: boolean): string[] {
  let state = seed;
  const below = (n: number): number => {
    state = (Math.imul(state, 48271) >>> 0) % 2147483647;
    return Math.floor((state / 2147483647) * n);
  };
  const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
  const region = (): number => pick(regions);
  const namespace = (): string => `namespace${region()}.${labelled ? below(4) : 0}`;
  const mode = (): string => pick(['raw', 'sector', 'fsdax', 'devdax', 'fsdax -M mem', 'devdax -M mem', 'fsdax -a 4K', 'devdax -a 2M', 'fsdax -a 2M -M mem', 'devdax -a 4K']);
  const size = (): string => pick(['16M', '32M', '64M', '100M', '128M', '18M', '66M', '33554432', '50331648']);
  const line = (): string => {
    switch (below(12)) {
      case 0:
      case 1:
      case 2:
        return labelled ? `ndctl create-namespace -r region${region()} -m ${mode()} -s ${size()}` : `ndctl create-namespace -f -e ${namespace()} -m ${mode()}`;
      case 3:
      case 4:
        return `ndctl create-namespace ${pick(['-f ', ''])}-e ${namespace()} -m ${mode()}`;
      case 5:
        return `ndctl destroy-namespace ${pick(['-f ', ''])}${namespace()}`;
      case 6:
        return `ndctl disable-namespace ${namespace()}`;
      case 7:
        return `ndctl enable-namespace ${namespace()}`;
      case 8:
        return `ndctl list ${pick(['-i', '-RNi', '-u', '-Xi', '-RNivv'])}`;
      case 9:
        return `ndctl disable-region region${region()}; ndctl enable-region region${region()}`;
      case 10:
        return `echo ${pick(['4096', '2097152', '16777216'])} > /sys/bus/nd/devices/region${region()}/align; cat /sys/bus/nd/devices/region${region()}/available_size`;
      default:
        return `ndctl ${pick(['read-infoblock -j', 'write-infoblock -a 2M', 'check-namespace'])} ${namespace()}`;
    }
  };
  return Array.from({ length: count }, line);
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'align',
    ...nvdimms(['5G', '128K']),
    lines: [
      INIT,
      show('available_size', 'max_available_extent', 'align'),
      `echo 4096 > ${REGION}/align`,
      `${CREATE} -m fsdax -a 4K -s 1073750016`,
      show('available_size', 'namespace_seed', 'pfn_seed'),
      'ndctl disable-namespace namespace0.0',
      'ndctl enable-namespace namespace0.0',
      `${CREATE} -m fsdax -a 4K -s 1073750016`,
      `${CREATE} -f -m fsdax -a 4K -s 1073750016`,
      show('namespace_seed', 'pfn_seed'),
      `${CREATE} -m raw -s 1073750016`,
      show('available_size', 'namespace_seed', 'pfn_seed'),
      'cat /sys/bus/nd/devices/namespace0.1/resource',
      'ndctl write-infoblock namespace0.1 -a 4K',
      'ndctl disable-namespace namespace0.1',
      'ndctl write-infoblock namespace0.1 -a 4K',
      'ndctl read-infoblock -j namespace0.1',
      'ndctl enable-namespace namespace0.1',
      'ndctl write-infoblock namespace0.1 -a 4K -O 8K',
      'ndctl read-infoblock -u namespace0.1',
      'ndctl enable-namespace namespace0.1',
      'ndctl list -u',
      'ndctl destroy-namespace namespace0.1',
      'ndctl destroy-namespace -f namespace0.1',
      show('available_size'),
      `echo 16777216 > ${REGION}/align`,
      show('available_size'),
      ...['1G', '2M', '4K'].flatMap((align, i) => [
        `${CREATE} -m fsdax -a ${align} -s 2G`,
        show('available_size', 'namespace_seed', 'pfn_seed'),
        `ndctl disable-namespace namespace0.${i % 2 === 0 ? 2 : 1}; ndctl enable-namespace namespace0.${i % 2 === 0 ? 2 : 1}`,
        'ndctl list -i',
        `ndctl destroy-namespace -f namespace0.${i % 2 === 0 ? 2 : 1}`,
      ]),
      'ndctl destroy-namespace -f all',
      show('available_size'),
      'ndctl list -RNi',
    ],
  },
  {
    name: 'sub-section',
    ...nvdimms(['5G', '128K']),
    lines: [
      INIT,
      each('0 1 2 3 4 5 6 7 8 9', `${CREATE} -s 16M --no-autorecover -n subsection-test > /dev/null`),
      'ndctl list -N',
      show('available_size', 'max_available_extent'),
      'cat /proc/iomem | grep namespace',
      each('0 1 2 3 4 5 6 7 8 9', 'ndctl disable-namespace namespace0.$i'),
      each('0 1 2 3 4 5 6 7 8 9', 'ndctl enable-namespace namespace0.$i'),
      'ndctl disable-region region0; ndctl enable-region region0',
      'ndctl list -u',
      each('3 5 7', 'ndctl destroy-namespace -f namespace0.$i'),
      show('available_size', 'max_available_extent'),
      'ndctl destroy-namespace -f all',
      show('available_size', 'max_available_extent'),
      'ndctl list -i',
    ],
  },
  {
    name: 'create',
    ...nvdimms(['1G', '128K']),
    lines: [
      INIT,
      'ndctl create-namespace -t pmem -m raw',
      'ndctl create-namespace -f -e namespace0.0 -m fsdax',
      'ndctl create-namespace -f -e namespace0.0 -m sector -l 4096',
      'ndctl list',
      'ndctl create-namespace -e namespace0.0 -m sector -l 512',
      'ndctl create-namespace -f -e namespace0.0 -m sector -l 512',
      'ndctl create-namespace -f -e namespace0.0 -m sector -l 4160',
      'ndctl create-namespace -f -e namespace0.0 -m sector -l 700',
      'ndctl create-namespace -f -e namespace0.0 -m raw -l 4096',
      'ndctl create-namespace -f -e namespace0.0 -m raw -l 520',
      'ndctl create-namespace -f -e namespace0.0 -m fsdax -l 4096 -n spam',
      'ndctl create-namespace -f -e namespace0.0 -m fsdax',
      'ndctl create-namespace -f -e namespace0.0 -m raw -M mem',
      'ndctl create-namespace -f -e namespace0.0 -m sector -a 4K',
      'ndctl create-namespace -f -e namespace0.0 -u 00112233-4455-6677-8899-aabbccddeeff -m devdax -a 1G',
      'ndctl create-namespace -f -e namespace0.0 -u 00112233-4455-6677-8899-aabbccddeeff -m devdax -a 4K',
      'ndctl list -v',
      'ndctl list -Xu',
      'ndctl list -m devdax',
      'ndctl list -m fsdax',
      'ndctl create-namespace -f -e namespace0.0 -s 512M',
      'ndctl list -RNu',
      'ndctl create-namespace -f -e namespace0.0 -s 64M -m raw',
      'ndctl create-namespace',
      'ndctl create-namespace -c',
      'ndctl create-namespace -s 16M',
      'ndctl list -i',
      'ndctl destroy-namespace namespace0.0',
      'ndctl destroy-namespace -f all',
      'ndctl list -c',
      'ndctl create-namespace -c -s 64M -m raw',
      'ndctl create-namespace -c -f -s 256M -m raw',
      'ndctl destroy-namespace all -f -r region1',
      'ndctl destroy-namespace all -f -b ACPI.NFIT',
      'ndctl create-namespace -m sector',
      'ndctl disable-namespace all',
      'ndctl enable-namespace all',
      'ndctl disable-region all; ndctl list -Ri; ndctl enable-region all',
      'ndctl list -RNi',
    ],
  },
  {
    name: 'sizes',
    ...nvdimms(['1G', '128K']),
    lines: [
      INIT,
      ...['raw', 'sector', 'fsdax', 'devdax'].flatMap((mode) =>
        ['8M', '15M', '16M', '17M', '18M', '32M'].map((size) => `${CREATE} -m ${mode} -s ${size}; ndctl destroy-namespace -f namespace0.0`),
      ),
      'ndctl list -RNi',
      `echo 2097152 > ${REGION}/align`,
      ...['raw', 'sector', 'fsdax', 'devdax'].flatMap((mode) =>
        ['2M', '14M', '16M', '18M', '3M'].map((size) => `${CREATE} -m ${mode} -s ${size}; ndctl destroy-namespace -f namespace0.0`),
      ),
      'ndctl list -RNi',
      `${CREATE} -m fsdax -s 1G -a 4K`,
      `${CREATE} -m fsdax -s 3000K`,
      `${CREATE} -m fsdax -s 16384K -a 2M`,
      `${CREATE} -m devdax -s 32M -a 1G`,
      `${CREATE} -m devdax -s 16M -M mem`,
      'ndctl list -u',
    ],
  },
  {
    name: 'multi-dax',
    ...nvdimms(['1G', '128K']),
    lines: [
      INIT,
      `${CREATE} -m devdax -a 4096 -s 16M`,
      `${CREATE} -m devdax -a 4096 -s 16M`,
      'ndctl list -X',
      'ndctl list',
      'cat /proc/iomem | grep -E "namespace|dax"',
      'ndctl disable-namespace namespace0.0; ndctl list -i',
      'ndctl enable-namespace namespace0.0; ndctl list -u',
      'ndctl destroy-namespace all',
      'ndctl destroy-namespace all -f',
    ],
  },
  {
    name: 'max-available-extent',
    ...nvdimms(['5G', '128K']),
    lines: [
      INIT,
      `${CREATE} -s 1337982976`,
      ...['0', '1', '2'].map(() => `${CREATE} -s 1325400064`),
      'ndctl list -N',
      show('available_size', 'max_available_extent'),
      'ndctl disable-namespace namespace0.1',
      'ndctl destroy-namespace namespace0.1',
      show('available_size', 'max_available_extent'),
      `${CREATE}`,
      show('available_size', 'max_available_extent'),
      'ndctl list -RNi',
      `${CREATE} -s 1G`,
      `${CREATE} -s 2G`,
      `${CREATE}`,
    ],
  },
  {
    name: 'sector-mode',
    ...nvdimms(['512M', '128K']),
    lines: [
      'ndctl list -RNi',
      `${AGAIN} -m fsdax`,
      `${AGAIN} -m sector --no-autolabel -l 4K`,
      `echo 4096 > ${REGION}/align`,
      `${AGAIN} -m sector --no-autolabel -l 4K`,
      `${AGAIN} -m dax -a 4096 --no-autolabel`,
      `${AGAIN} -m sector -l 4K --no-autolabel`,
      'ndctl disable-namespace namespace0.0',
      'ndctl read-infoblock -j namespace0.0',
      'ndctl enable-namespace namespace0.0',
      'ndctl list -u',
      'ndctl destroy-namespace -f namespace0.0',
      'ndctl destroy-namespace -f namespace0.0',
      `${CREATE} -m devdax`,
      `${CREATE} -m fsdax -s 16M`,
      'ndctl list -RNi',
      `${AGAIN} -m devdax`,
      'ndctl list -RNDiv',
    ],
  },
  {
    name: 'autolabel',
    ...nvdimms(['524416K', '128K'], ['256M']),
    lines: [
      'ndctl list -BRNDi',
      `${AGAIN} -m fsdax`,
      'ndctl list -RNDi',
      'ndctl read-labels -j nmem0',
      `${CREATE} -m fsdax`,
      'ndctl create-namespace -f -e namespace1.0 -m fsdax',
      'ndctl create-namespace -f -e namespace1.0 -m devdax --no-autolabel',
      'ndctl list -RNDiu',
      'ndctl destroy-namespace -f all',
      'ndctl create-namespace -f -m raw -s 64M',
      'ndctl create-namespace -r region1 -m devdax -s 64M',
      'ndctl create-namespace -r region1 -m devdax',
      'ndctl disable-region all',
      'ndctl create-namespace -r region0 -m raw',
      'ndctl list',
      'ndctl list -i',
      'ndctl list -R',
      'ndctl list -Ri',
    ],
  },
  {
    name: 'labels',
    ...nvdimms(['256M', '128K'], ['512M', '256K']),
    lines: [
      'ndctl check-labels all',
      'ndctl read-labels -j all',
      'ndctl init-labels nmem0',
      'ndctl zero-labels nmem0',
      'ndctl disable-dimm nmem0',
      'ndctl disable-region all',
      'ndctl init-labels nmem0',
      'ndctl init-labels nmem0',
      'ndctl init-labels all',
      'ndctl check-labels all',
      'ndctl init-labels -f -V 1.2 nmem1',
      'ndctl read-labels -j nmem1',
      'ndctl read-labels -jI nmem1',
      'ndctl disable-dimm nmem1',
      'ndctl list -Di',
      'ndctl list -D',
      'ndctl enable-region region1',
      'ndctl enable-dimm nmem1',
      'ndctl enable-region all',
      'ndctl list -DRNi',
      'ndctl create-namespace -r region1 -m raw -s 64M -n hello',
      'ndctl create-namespace -r region1 -m fsdax -s 64M -n world',
      'ndctl create-namespace -r region0 -m devdax -s 64M',
      'ndctl read-labels -ju nmem0',
      'ndctl zero-labels all',
      'ndctl disable-region all; ndctl zero-labels -s 256 nmem0; ndctl enable-region all',
      'ndctl list -Nic',
      'ndctl disable-region all; ndctl zero-labels all; ndctl enable-region all',
      'ndctl list -RNi',
      'ndctl check-labels nmem0 nmem1',
    ],
  },
  {
    name: 'list',
    ...nvdimms(['512M', '128K'], ['256M']),
    lines: [
      INIT,
      `${CREATE} -m fsdax -s 64M -n one`,
      `${CREATE} -m devdax -s 64M -n two`,
      `${CREATE} -m sector -s 64M -n three`,
      `${CREATE} -m raw -s 64M -n four`,
      `${CREATE} -m fsdax -M mem -s 64M`,
      'ndctl disable-namespace namespace0.3',
      ...[
        '', '-u', '-i', '-c', '-v', '-vv', '-vvv', '-X', '-N', '-R', '-B', '-D', '-RN', '-BR', '-BN', '-BD', '-DR', '-DN',
        '-BRNDiv', '-BRNDivu', '-C', '-RC', '-RCu', '-M', '-H', '-DH', '-F', '-DF', '-DRu', '-Ruv', '-iu', '-Xu', '-Xi',
        '-r region0', '-r 0', '-r region1 -N', '-d nmem0', '-d 0', '-d nmem1 -N', '-b ACPI.NFIT', '-b 0', '-b foo',
        '-n namespace0.1', '-n 0.1', '-n 0.9', '-n "namespace0.1 namespace0.2"', '-m raw', '-m sector', '-m safe',
        '-m memory', '-m dax', '-X -m fsdax', '-t pmem', '-t blk', '-U 0', '-U 1', '-U all', '-R -U 0', '-r all -N',
      ].map((options) => `ndctl list ${options}`.trim()),
      'ndctl list -N | grep -c dev',
      'ndctl disable-region region0',
      'ndctl list -R', 'ndctl list -Ri', 'ndctl list -RNi', 'ndctl list -BRi', 'ndctl list -i', 'ndctl list -BNDi',
    ],
  },
  {
    name: 'space',
    ...nvdimms(['1G', '128K']),
    lines: [
      INIT,
      `echo 4096 > ${REGION}/align`,
      `${CREATE} -m raw -s 64M`,
      `${CREATE} -m raw -s 128M`,
      `${CREATE} -m raw -s 65540K`,
      `${CREATE} -m raw -s 32M`,
      'cat /sys/bus/nd/devices/namespace0.*/resource',
      show('available_size', 'max_available_extent'),
      'ndctl destroy-namespace -f namespace0.0',
      'ndctl disable-namespace namespace0.1',
      'echo 167772160 > /sys/bus/nd/devices/namespace0.1/size; cat /sys/bus/nd/devices/namespace0.1/resource',
      'echo 201326592 > /sys/bus/nd/devices/namespace0.1/size; cat /sys/bus/nd/devices/namespace0.1/resource',
      'ndctl enable-namespace namespace0.1',
      ...['16777216', '65536', '1048576', '2097152', '4096'].map(
        (align) => `echo ${align} > ${REGION}/align; ${show('available_size', 'max_available_extent')}`,
      ),
      'ndctl disable-region region0; ndctl enable-region region0',
      'ndctl list -RNi',
      'cat /sys/bus/nd/devices/namespace0.*/resource',
      'ndctl disable-namespace namespace0.2',
      'echo 11223344-5566-7788-99aa-bbccddeeff00 > /sys/bus/nd/devices/namespace0.2/uuid',
      'ndctl enable-namespace namespace0.2',
      'ndctl list -n namespace0.2',
      'ndctl create-namespace -r region0 -m raw',
      'ndctl create-namespace -r region0 -m raw',
      'ndctl list -Ni',
      'ndctl destroy-namespace -f all; ndctl list -RNi',
    ],
  },
  {
    name: 'check',
    ...nvdimms(['512M', '128K']),
    lines: [
      INIT,
      `${CREATE} -m raw -s 64M > /dev/null; ${CREATE} -m sector -s 64M > /dev/null; ${CREATE} -m fsdax -s 64M > /dev/null`,
      ...['0', '1', '2', '3'].flatMap((i) => [
        `ndctl check-namespace namespace0.${i}`,
        `ndctl check-namespace -f namespace0.${i}`,
        `ndctl disable-namespace namespace0.${i}; ndctl check-namespace namespace0.${i}`,
      ]),
      'ndctl list -i',
      'ndctl check-namespace all',
      'ndctl check-namespace -f namespace0.1',
      'ndctl check-namespace -R namespace0.1',
      'ndctl check-namespace -L namespace0.1',
      'ndctl enable-namespace all; ndctl list',
      'ndctl check-namespace -f all; ndctl list -i',
    ],
  },
  {
    name: 'system-ram',
    ...nvdimms(['1G', '128K']),
    cmdline: 'memhp_default_state=online_movable',
    lines: [
      INIT,
      `${CREATE} -m devdax -M mem -s 512M`,
      'echo dax0.0 > /sys/bus/dax/drivers/device_dax/unbind; ndctl list -Xi',
      'echo dax0.0 > /sys/bus/dax/drivers/kmem/new_id; ndctl list -X',
      'cat /proc/iomem | grep -E "namespace|dax|kmem"',
      'ndctl disable-namespace namespace0.0',
      'ndctl destroy-namespace -f namespace0.0',
      `${AGAIN} -m raw`,
      'ndctl disable-region region0',
      'ndctl list -RNXu',
      'for i in 33 34 35; do echo offline > /sys/devices/system/memory/memory$i/state; done; ndctl list -X',
      'ndctl disable-namespace namespace0.0',
      'ndctl list -Xi; cat /proc/iomem | grep -E "namespace|dax|kmem"',
    ],
  },
  {
    name: 'raw-nvdimm',
    ...nvdimms(['512M']),
    lines: [
      'ndctl list -RNiv',
      ...['fsdax', 'devdax', 'sector', 'raw'].flatMap((mode) => [
        `${AGAIN} -m ${mode}`,
        'ndctl disable-namespace namespace0.0; ndctl list -i; ndctl enable-namespace namespace0.0; ndctl list',
      ]),
      `${AGAIN} -m fsdax -M mem`, `${AGAIN} -m devdax -M mem`, `${AGAIN} -m fsdax -a 1G`, `${AGAIN} -m fsdax -a 4K`,
      `${AGAIN} -m fsdax -a 2M -M mem`, `${AGAIN}`, `${AGAIN} -M dev`, `${AGAIN} -m raw -n name`, `${AGAIN} -m raw -l 4096`,
      'ndctl create-namespace -e namespace0.0 -m fsdax', `${AGAIN} -m fsdax -s 64M`, 'ndctl create-namespace -m fsdax',
      'ndctl create-namespace -f -e namespace0.0 -m fsdax -r region1', 'ndctl create-namespace -f -e namespace0.7 -m fsdax',
      'ndctl disable-namespace namespace0.0',
      'ndctl write-infoblock namespace0.0', 'ndctl read-infoblock -j namespace0.0', 'ndctl read-infoblock -jV namespace0.0',
      'ndctl enable-namespace namespace0.0', 'ndctl list',
      'ndctl read-infoblock -j namespace0.0', 'ndctl write-infoblock namespace0.0 -m devdax', 'ndctl disable-namespace namespace0.0',
      'ndctl write-infoblock namespace0.0 -m devdax -a 2M -M mem', 'ndctl enable-namespace namespace0.0', 'ndctl list',
      'ndctl disable-namespace all', 'ndctl write-infoblock all -a 1G', 'ndctl write-infoblock all -s 256M -a 4K',
      'ndctl write-infoblock all -s 3K', 'ndctl write-infoblock all -s 8193K -a 16M', 'ndctl enable-namespace all', 'ndctl list',
      'ndctl destroy-namespace -f all', 'ndctl list -i', 'ndctl destroy-namespace -f namespace0.0', 'ndctl list -i',
    ],
  },
  ...[
    ['legacy-misaligned', '2G', 'memmap=200M!1025M'],
    ['legacy-one-way', '2G', 'memmap=201M!1024M'],
    ['legacy-modes', '2G', 'memmap=512M!1026M'],
    ['legacy-small', '2G', 'memmap=12M!1G'],
    ['legacy-two', '2G', 'memmap=64M!0x41000000 memmap=96M!0x46200000'],
  ].map(([name, memory, cmdline]): Scenario => ({
    name: name as string,
    ...legacy(memory as string, cmdline as string),
    lines: [
      'cat /proc/iomem | grep -E "Persistent|namespace"',
      'ndctl list -NDRiv',
      'ndctl list -u',
      ...['sector', 'fsdax -M dev', 'fsdax -M mem', 'devdax -M dev', 'devdax -M mem', 'raw', 'devdax -a 1G'].map(
        (mode) => `${AGAIN} -m ${mode}`,
      ),
      `${AGAIN} -m fsdax -M dev`,
      'ndctl destroy-namespace -f namespace0.0',
      'ndctl list -RNi',
      `echo 4096 > ${REGION}/align`,
      ...['sector', 'fsdax -M dev', 'fsdax -M mem', 'devdax -M dev', 'devdax -M mem', 'raw'].flatMap((mode) => [
        `${AGAIN} -m ${mode}`,
        'ndctl disable-namespace namespace0.0; ndctl enable-namespace namespace0.0',
        'ndctl list -i',
      ]),
      'ndctl create-namespace -f -m devdax',
      'ndctl create-namespace -f -e namespace1.0 -m devdax',
      'ndctl list -RNXi',
      'cat /proc/iomem | grep -E "Persistent|namespace|dax"',
      'ndctl disable-region all; ndctl enable-region all; ndctl list -RNi',
      'ndctl destroy-namespace -f all',
      'ndctl init-labels all',
      'ndctl read-labels -j all',
    ],
  })),
  ...[11, 12, 13].map((seed): Scenario => ({
    name: `random-labelled-${seed}`,
    ...nvdimms(['524416K', '128K']),
    lines: [INIT, ...randomLines(seed, 45, [0], true), 'ndctl enable-region all', 'ndctl list -RNiv', 'ndctl destroy-namespace -f all', 'ndctl list -RNi'],
  })),
  ...[21, 22].map((seed): Scenario => ({
    name: `random-legacy-${seed}`,
    ...legacy('2G', seed === 21 ? 'memmap=64M!0x41000000 memmap=96M!0x46200000' : 'memmap=128M!0x40000000 memmap=70M!0x4a000000'),
    lines: [...randomLines(seed, 40, [0, 1], false), 'ndctl enable-region all', 'ndctl list -RNiv', 'ndctl destroy-namespace -f all', 'ndctl list -RNi'],
  })),
];
