/** The machine a layout is tried on: the description, made ready for what is wished, and firmware's windows. */

import { bootInputOfQemu, buildMachine } from '../../drivers/build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from '../../drivers/machine-description.ts';
import type { Machine } from '../../drivers/machine.ts';
import { startQemu } from '../../drivers/qemu/args.ts';
import { parseQemuSize } from '../../drivers/qemu/number.ts';
import type { SratMemory } from '../../kernel/boot/boot-map.ts';
import { alignUp, GiB, MiB, type ByteRange } from '../../kernel/units.ts';
import { typedCommand } from '../../runbook/typed-command.ts';
import { playRunbook } from '../../runbook/play.ts';
import { sourceText } from '../../runbook/source-text.ts';
import { sizeWord } from './move.ts';
import { addPlatformRegions } from './platform-region.ts';
import { virtioMemArguments } from './qemu-moves.ts';
import type { PlanProblem, WindowWish } from './plan-problem.ts';

/** One machine to try: a description, and a base for each wished window. */
export interface MachineChoice {
  readonly description: MachineDescription;
  readonly windows: readonly ByteRange[];
}

/** Bases of windows looked at before the rest is left out, aloud. */
export const MOST_BASES = 4096;

/** Every machine with every base of its windows; bases at round addresses first, as they serve any block size. */
export function* machineChoices(problem: PlanProblem): Generator<MachineChoice> {
  const windows = problem.wishes.filter((wish): wish is WindowWish => wish.kind === 'window');
  for (const description of problem.machines) {
    const ready = withRoom(description, problem);
    for (const ranges of placements(windows)) yield { description: ready, windows: ranges };
  }
}

function* placements(windows: readonly WindowWish[]): Generator<ByteRange[]> {
  const [first, ...rest] = windows;
  if (first === undefined) {
    yield [];
    return;
  }
  for (const start of bases(first)) {
    const range = { start, end: start + first.sizeBytes };
    for (const others of placements(rest)) {
      if (others.every((other) => other.end <= range.start || range.end <= other.start)) yield [range, ...others];
    }
  }
}

function bases({ from, to, stepBytes }: WindowWish): number[] {
  const all: number[] = [];
  for (let base = from; base <= to && all.length < MOST_BASES; base += stepBytes) all.push(base);
  const roundness = (base: number): number => {
    let unit = MiB;
    while (unit < 64 * GiB && base % (unit * 2) === 0) unit *= 2;
    return Math.min(unit, 2 * GiB);
  };
  return all.sort((a, b) => roundness(b) - roundness(a) || a - b);
}

/** Adds slots and maxmem for what will be plugged, unless the description has its own. */
function withRoom(description: MachineDescription, { wishes, roomBytes }: PlanProblem): MachineDescription {
  const plugged = wishes.filter(({ kind }) => kind === 'dimm' || kind === 'nvdimm' || kind === 'virtio-mem');
  if (plugged.length === 0 && roomBytes === 0) return description;
  const devicesAtStart = wishes.flatMap((wish) => (wish.kind === 'virtio-mem' ? virtioMemArguments(wish) : []));
  const qemu = [...description.qemu, ...devicesAtStart];
  const own = /^(?:size=)?([^,]+)$/.exec(description.memory);
  const ram = own === null ? undefined : memoryBytes(own[1]!);
  if (ram === undefined) return { ...description, qemu };
  const slots = plugged.reduce((sum, wish) => sum + (wish.kind === 'dimm' ? wish.most : 1), roomBytes > 0 ? 1 : 0);
  // As much again as a device may grow to whole blocks of 2 GiB.
  const devices = plugged.reduce((sum, { sizeBytes }) => sum + alignUp(sizeBytes, GiB) + 2 * GiB, 0);
  const maxmem = alignUp(ram + devices + roomBytes, GiB);
  const memory = `${sizeWord(ram)},slots=${slots},maxmem=${sizeWord(maxmem)}`;
  return { ...description, memory, qemu };
}

function memoryBytes(text: string): number | undefined {
  const size = parseQemuSize(/^\d+$/.test(text) ? `${text}M` : text);
  return typeof size === 'string' ? undefined : Number(size.value);
}

/** Boots a choice and loads what the wishes need; an error where it is no machine. */
export function buildChoice(choice: MachineChoice, problem: PlanProblem): Machine | MachineDescriptionError {
  try {
    const machine = buildMachine(choice.description, seenWith(choice));
    addPlatformRegions(machine, problem.regions);
    for (const line of preparation(problem)) typeAt(machine, line);
    return machine;
  } catch (error) {
    if (error instanceof MachineDescriptionError) return error;
    throw error;
  }
}

/** Firmware's map with the windows in it, and an SRAT that tells their node. */
function seenWith({ description, windows }: MachineChoice): Parameters<typeof buildMachine>[1] {
  if (windows.length === 0) return undefined;
  const input = bootInputOfQemu(startQemu(description.memory, description.qemu), description.cmdline);
  const affinity = ({ start, end }: ByteRange): SratMemory => ({ start, end, nid: 0, pxm: 0, hotplug: false, nonVolatile: false });
  const ram = input.e820.filter(({ type }) => type === 'ram');
  const known = input.srat.length > 0 ? input.srat : ram.map(affinity);
  const inside = (range: ByteRange): boolean => known.some(({ start, end }) => start <= range.start && range.end <= end);
  return {
    e820: [...input.e820, ...windows.map((range) => ({ ...range, type: 'soft-reserved' as const }))].sort((a, b) => a.start - b.start),
    srat: [...known, ...windows.filter((range) => !inside(range)).map(affinity)],
    // QEMU's window above memory may lie where this one does.
    pciWindows: (input.pciWindows ?? []).filter(({ end }) => end <= 4 * GiB),
  };
}

/** What is typed before anything is placed. */
export function preparation({ machines, wishes, regions, online }: PlanProblem): string[] {
  const has = (kind: string): boolean => wishes.some((wish) => wish.kind === kind);
  return [
    ...(has('namespace') ? ['modprobe -a nd_e820 nfit nd_pmem dax_pmem device_dax'] : []),
    // What a new NVDIMM needs once; a platform's regions come with it done.
    ...(has('namespace') && regions.length === 0 && machines.some(({ qemu }) => qemu.some((word) => word.includes('label-size')))
      ? ['ndctl disable-region all; ndctl init-labels all; ndctl enable-region all']
      : []),
    ...(has('virtio-mem') ? ['modprobe virtio_mem'] : []),
    ...(has('dimm') || has('virtio-mem') || has('window')
      ? [`echo ${online} > /sys/devices/system/memory/auto_online_blocks`]
      : []),
  ];
}

/** Types one line, prompt in front; what it did. */
export function typeAt(machine: Machine, line: string): ReturnType<typeof playRunbook>['runs'][number] {
  const header = { qemu: [], span: { start: 0, end: 0 } };
  return playRunbook({ source: sourceText('plan', line), header, commands: [typedCommand(line)] }, machine).runs[0]!;
}
