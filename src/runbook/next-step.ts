/** What to try after a refusal, where the refusal itself tells. Numbers come from what was printed, never from a second rule. */

import type { Machine } from '../drivers/machine.ts';
import { MiB, alignDown, alignUp, hex } from '../kernel/units.ts';
import type { CommandRun } from './verdict.ts';

type Rule = (text: string, run: CommandRun, machine: Machine) => string | undefined;

const MONITOR_WORDS = /^(?:object_add|object_del|device_add|device_del|info)\b/;

const RULES: readonly Rule[] = [
  (text, run) =>
    run.exit === 127 && MONITOR_WORDS.test(run.command.text) && text.includes('not found')
      ? `this is typed at the QEMU monitor: (qemu) ${run.command.text}`
      : undefined,
  (text) => {
    const found = /Block size \[(0x[\da-f]+)\] unaligned hotplug range: start (0x[\da-f]+), size (0x[\da-f]+)/.exec(
      text,
    );
    if (found === null) return undefined;
    const [block, start, size] = [Number(found[1]), Number(found[2]), Number(found[3])];
    if (start % block === 0) {
      return `a size that is a multiple of ${mib(block)}: ${mib(alignUp(size, block))} instead of ${mib(size)}`;
    }
    return `an address that is a multiple of ${mib(block)}: device_add …,addr=${hex(alignUp(start, block))}`;
  },
  (text) => {
    const found = /\[mem (0x[\da-f]+)-(0x[\da-f]+) flags [^\]]*\] misaligned, unable to map/.exec(text);
    if (found === null) return undefined;
    const [start, end] = [Number(found[1]), Number(found[2]) + 1];
    const inner = { start: alignUp(start, 2 * MiB), end: alignDown(end, 2 * MiB) };
    if (inner.end <= inner.start) return 'a region of at least 2M that begins and ends at a multiple of 2M';
    return `a region that begins and ends at a multiple of 2M: memmap=${mib(inner.end - inner.start)}!${hex(inner.start)}`;
  },
  (text, _, machine) => {
    const found = /can't create \/sys\/devices\/system\/memory\/memory(\d+)\//.exec(text);
    return found === null
      ? undefined
      : `blocks on this machine are ${blockNumbers(machine)}; memory${found[1]} is none of them`;
  },
  (text) =>
    /failed due to memory holes/.test(text)
      ? 'a block that is System RAM from end to end; one with holes stays online for good'
      : undefined,
  (text, _, machine) => {
    const found = /Misaligned __add_pages start: 0x([\da-f]+) end: #?(?:0x)?([\da-f]+)/.exec(text);
    if (found === null) return undefined;
    const { pageSize, pagesPerSection } = machine.kernel.profile.arch;
    const section = pagesPerSection * pageSize;
    const start = alignUp(parseInt(found[1]!, 16) * pageSize, section);
    const whole = mib(section);
    return `a range of whole sections, such as memmap=${whole}!${hex(start)}; newer kernels take multiples of 2M`;
  },
  (text) => (/missing acpi-ged device/.test(text) ? 'virtio-mem, which needs no ACPI: a virtio-mem-pci device, and qom-set requested-size' : undefined),
  (text) =>
    /memory hotplug is not enabled(?!: missing acpi)/i.test(text)
      ? 'a machine with room for DIMMs: memory: 1G,slots=4,maxmem=8G'
      : undefined,
  (text) =>
    /no free (?:memory )?slots|slots? .*(?:used|exhausted)/i.test(text)
      ? 'more slots in memory:, e.g. slots=8'
      : undefined,
  (text) => (/not enough space, currently/.test(text) ? 'a larger maxmem in memory:, or a smaller DIMM' : undefined),
  (text) => (/^Boot memory \[.*offlining attempted$/m.test(text) ? 'memory that was plugged in: this architecture keeps what it booted with' : undefined),
  (text, run) =>
    run.depends.length > 0 && /\boffline\b/.test(run.command.text) && !/^Boot memory \[/m.test(text)
      ? 'a block of zone Movable (valid_zones tells), which holds no unmovable pages'
      : undefined,
];

/** Suggestions for one refused or open command, at most two. */
export function nextSteps(run: CommandRun, machine: Machine): string[] {
  if (run.verdict === 'ok') return [];
  const text = [...run.output, ...run.log.map((line) => line.text)].join('\n').slice(0, 64 * 1024);
  const found = new Set<string>();
  for (const rule of RULES) {
    const step = rule(text, run, machine);
    if (step !== undefined) found.add(step);
  }
  return [...found].slice(0, 2);
}

function mib(bytes: number): string {
  return bytes % MiB === 0 ? `${bytes / MiB}M` : `${bytes / 1024}K`;
}

/** `0-7 and 32-34`, at most six runs. */
function blockNumbers(machine: Machine): string {
  const runs: { first: number; last: number }[] = [];
  for (const id of machine.kernel.blocks.ids()) {
    const last = runs.at(-1);
    if (last !== undefined && last.last + 1 === id) last.last = id;
    else runs.push({ first: id, last: id });
    if (runs.length > 6) break;
  }
  const words = runs.slice(0, 6).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return words.join(', ') + (runs.length > 6 ? ', …' : '');
}
