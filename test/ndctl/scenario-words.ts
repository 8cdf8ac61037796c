/** The words scenarios are made of. */

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

export const REGION = '/sys/bus/nd/devices/region0';
export const show = (...attributes: readonly string[]): string =>
  `cat ${attributes.map((attribute) => `${REGION}/${attribute}`).join(' ')}`;

/** A machine with NVDIMMs; sizes as QEMU takes them, with or without a label area. */
export function nvdimms(...sizes: readonly (readonly [size: string, label?: string])[]): Pick<Scenario, 'memory' | 'cmdline' | 'qemu'> {
  const devices = sizes.flatMap(([size, label], i) => [
    `-object memory-backend-ram,id=nm${i},size=${size}`,
    `-device nvdimm,id=nv${i},memdev=nm${i}${label === undefined ? '' : `,label-size=${label}`}`,
  ]);
  return { memory: '2G,slots=4,maxmem=32G', cmdline: '', qemu: ['-M q35,nvdimm=on', ...devices] };
}

export function legacy(memory: string, cmdline: string): Pick<Scenario, 'memory' | 'cmdline' | 'qemu'> {
  return { memory, cmdline, qemu: ['-M q35'] };
}

export const INIT = 'ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0';
export const CREATE = 'ndctl create-namespace -r region0';
export const AGAIN = 'ndctl create-namespace -f -e namespace0.0';
export const each = (names: string, line: string): string => `for i in ${names}; do ${line}; done`;

/** Lines drawn from what people type; the same for the same seed. */
export function randomLines(seed: number, count: number, regions: readonly number[], labelled: boolean): string[] {
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
