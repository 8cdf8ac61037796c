/** Random requests of wrong size, address or alignment, on random machines. */

import type { MachineDescription } from '../../src/drivers/machine-description.ts';
import { buildMachine } from '../../src/drivers/build-machine.ts';
import type { Machine } from '../../src/drivers/machine.ts';
import { typedLine, type TypedLine } from '../../src/advise/nearest/suggestion.ts';
import { Dice } from '../../src/realkernel/fuzz-dice.ts';
import { runMonitor } from '../../src/tools/monitor.ts';
import { runShell } from '../../src/tools/shell.ts';

/** A machine, what was typed before, and a line that may be refused. */
export interface Request {
  readonly kind: string;
  readonly description: MachineDescription;
  readonly history: readonly TypedLine[];
  readonly line: TypedLine;
  /** Takes the machine back to where the history left it, after a request like this one was accepted. */
  readonly undo: readonly TypedLine[];
}

const MiB = 2 ** 20;
const PMEM = '$ modprobe nd_pmem; modprobe dax_pmem; modprobe device_dax';

type Kind = (dice: Dice, kernel: string) => Omit<Request, 'kind'>;

const lines = (...texts: readonly string[]): TypedLine[] => texts.map(typedLine);

function dimmSize(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const mib = dice.pick([2, 30, 64, 100, 126, 130, 162, 190, 192, 250, 300, 384 - 2, 500, 642, 1000]);
  return {
    description: { kernel, memory: '1G,slots=4,maxmem=8G', cmdline: 'memhp_default_state=offline', qemu: [] },
    history: lines(`(qemu) object_add memory-backend-ram,id=m1,size=${mib}M`),
    line: typedLine('(qemu) device_add pc-dimm,id=d1,memdev=m1'),
    undo: lines('(qemu) device_del d1', '(qemu) object_del m1'),
  };
}

function dimmAddress(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const mib = dice.pick([128, 256, 384]);
  const addr = 0x100000000 + dice.below(24) * 128 * MiB + dice.pick([2, 6, 16, 30, 64, 66, 100, 126]) * MiB;
  return {
    description: { kernel, memory: '1G,slots=4,maxmem=8G', cmdline: 'memhp_default_state=offline', qemu: [] },
    history: lines(`(qemu) object_add memory-backend-ram,id=m1,size=${mib}M`),
    line: typedLine(`(qemu) device_add pc-dimm,id=d1,memdev=m1,addr=0x${addr.toString(16)}`),
    undo: lines('(qemu) device_del d1', '(qemu) object_del m1'),
  };
}

function virtioMem(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const unit = 4;
  const bytes = dice.chance(0.3) ? (1024 + dice.pick([2, 64, 130, 900])) * MiB : dice.between(1, 1000) * MiB + dice.pick([0, 1, 4096, MiB / 2]);
  return {
    description: {
      kernel,
      memory: '1G,slots=2,maxmem=16G',
      cmdline: 'memhp_default_state=online_movable',
      qemu: [
        ...['-object', 'memory-backend-ram,id=vmb,size=1G'],
        ...['-device', `virtio-mem-pci,id=vm0,memdev=vmb,block-size=${unit}M`],
      ],
    },
    history: lines('$ modprobe virtio_pci; modprobe virtio_mem'),
    line: typedLine(`(qemu) qom-set vm0 requested-size ${bytes}`),
    // The next request replaces it.
    undo: [],
  };
}

function namespaceSize(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const mode = dice.pick(['fsdax', 'devdax']);
  const align = dice.pick(['', ' --align=2M', ' --align=16M', ' --align=4K']);
  const size = dice.pick(['2M', '5M', '15M', '17M', '33M', '47M', '100M', '130M', '300M', '600M']);
  return {
    description: {
      kernel,
      memory: '1G,slots=4,maxmem=16G',
      cmdline: '',
      qemu: [
        ...['-object', 'memory-backend-ram,id=nm0,size=512M'],
        ...['-device', 'nvdimm,id=nv0,memdev=nm0,label-size=131072'],
      ],
    },
    history: lines(
      '$ modprobe nfit', PMEM,
      '$ ndctl disable-region region0; ndctl init-labels -f nmem0; ndctl enable-region region0',
    ),
    line: typedLine(`$ ndctl create-namespace -r region0 -m ${mode}${align} -s ${size}`),
    undo: lines('$ ndctl destroy-namespace -f all'),
  };
}

function chmemSize(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const mib = dice.between(1, 900);
  return {
    description: { kernel, memory: '2G', cmdline: 'movablecore=1G', qemu: [] },
    history: [],
    line: typedLine(`$ chmem -d -z Movable ${mib}M`),
    undo: lines('$ chmem -e -z Movable 1G || true'),
  };
}

function block(dice: Dice, kernel: string): Omit<Request, 'kind'> {
  const number = dice.pick([0, 16, 17, 20, 40, 100]);
  return {
    description: { kernel, memory: '2G', cmdline: 'movablecore=1G', qemu: [] },
    history: [],
    line: typedLine(`$ echo offline > /sys/devices/system/memory/memory${number}/state`),
    undo: lines('$ for b in 8 9 10 11 12 13 14 15; do echo online_movable > /sys/devices/system/memory/memory$b/state; done; true'),
  };
}

export const KINDS = { dimmSize, dimmAddress, virtioMem, namespaceSize, chmemSize, block } as const satisfies Readonly<Record<string, Kind>>;

export function randomRequest(seed: number, kernel: string, kind?: keyof typeof KINDS): Request {
  const dice = new Dice(seed);
  const name = kind ?? dice.pick(Object.keys(KINDS) as (keyof typeof KINDS)[]);
  return { kind: name, ...KINDS[name](dice, kernel) };
}

/** The machine of a request, as the history leaves it. */
export function machineOf({ description, history }: Pick<Request, 'description' | 'history'>): Machine {
  const machine = buildMachine(description);
  for (const line of history) type(machine, line);
  return machine;
}

export function type(machine: Machine, { prompt, text }: TypedLine): ReturnType<typeof runShell> {
  return prompt === 'monitor' ? runMonitor(machine, text) : runShell(machine, text);
}
