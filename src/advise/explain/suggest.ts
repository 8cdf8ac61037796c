/** The nearest requests the model accepts, for a refusal whose numbers a machine can be asked with. */

import type { Machine } from '../../drivers/machine.ts';
import { hex, type ByteRange } from '../../kernel/units.ts';
import { runMonitor } from '../../tools/monitor.ts';
import { runShell } from '../../tools/shell.ts';
import { searchNearest } from '../nearest/nearest.ts';
import { typedNumber, unitText } from '../nearest/number-text.ts';
import { typedLine, type Suggestion } from '../nearest/suggestion.ts';
import { machineForDimm, machineForRegion, type Speaking } from './case-machine.ts';
import type { LogEvent } from './event.ts';
import { sizeText, type Units, Values } from './values.ts';

/** Requests of one log that are asked about: a log of a thousand refusals is no reason to boot a thousand machines. */
const MAX_CASES = 12;
/** Work of one question, some tens of boots. */
const WORK = 800;

type Ask = (range: ByteRange, speaking: Speaking, machine: Machine | undefined) => string[];

/** By message: how its request is made again. */
const ASK: Readonly<Record<string, Ask>> = {
  'block-unaligned': dimm,
  'namespace-misaligned': namespace,
  'kmem-too-small': kmem,
};

/** What would be accepted instead, as sentences; none for a message that holds no request. */
export class Suggester {
  readonly #machine: Machine | undefined;
  readonly #kernel: string | undefined;
  readonly #arch: string;
  readonly #known = new Map<string, string[]>();

  /** Asks `machine` where it can; else one built with its kernel, or with the kernel and architecture of the log. */
  constructor(machine: Machine | undefined, kernel: string | undefined, arch: string) {
    this.#machine = machine;
    this.#kernel = machine?.kernel.profile.name ?? kernel;
    this.#arch = machine?.kernel.profile.arch.name ?? arch;
  }

  /** The kernel that spoke, by the name of its profile; undefined when nothing tells. */
  get kernel(): string | undefined {
    return this.#kernel;
  }

  suggestionsFor({ message, fields, range }: LogEvent, units: Units): string[] {
    const ask = Object.hasOwn(ASK, message.id) ? ASK[message.id] : undefined;
    if (ask === undefined || range === undefined) return [];
    const named = new Values(fields, units).hex('blockSize');
    const blockSize = Number.isNaN(named) || named === 0 ? units.blockSize : named;
    const key = `${message.id} ${range.start} ${range.end} ${blockSize}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= MAX_CASES) return [];
    const speaking = { kernel: this.#kernel, arch: this.#arch, blockSize };
    const same = this.#machine?.kernel.memoryBlockSizeBytes === blockSize ? this.#machine : undefined;
    const found = ask(range, speaking, same);
    this.#known.set(key, found);
    return found;
  }
}

/** A DIMM plugged at the range: addresses and sizes that pass. */
function dimm(range: ByteRange, speaking: Speaking, machine: Machine | undefined): string[] {
  const here = machine === undefined ? [] : dimmOn(machine, range);
  if (here.length > 0) return here;
  const built = machineForDimm(range, speaking);
  return built === undefined ? [] : dimmOn(built, range);
}

function dimmOn(machine: Machine, { start, end }: ByteRange): string[] {
  const size = end - start;
  const sizes = plug(machine, size, undefined);
  const fits = sizes.map(({ to }) => typedNumber(to)?.value ?? 0);
  // With a size that passes anywhere, what is refused of the address is the address alone.
  const addresses = plug(machine, fits[0] ?? size, start).filter(({ what, direction }) => what === 'address' && direction !== 'other');
  const told: string[] = [];
  if (addresses.length > 0) told.push(`the nearest addresses that pass: ${addresses.map(({ to }) => to).join(' or ')}`);
  if (fits.length > 0) told.push(`the nearest sizes that pass: ${fits.map(sizeText).join(' or ')} (instead of ${sizeText(size)})`);
  return told;
}

/** What is accepted in place of a DIMM of this size, at this address or at whichever QEMU takes. */
function plug(machine: Machine, size: number, addr: number | undefined): Suggestion[] {
  const before = machine.snapshot();
  try {
    const added = runMonitor(machine, `object_add memory-backend-ram,id=asked,size=${unitText(size)}`);
    if (added.output.length > 0) return [];
    const at = addr === undefined ? '' : `,addr=${hex(addr)}`;
    const line = typedLine(`(qemu) device_add pc-dimm,id=asked-dimm,memdev=asked${at}`);
    return [...searchNearest(machine, line, { work: WORK, boots: false }).suggestions].filter(({ depends }) => depends.length === 0);
  } finally {
    machine.restore(before);
  }
}

/** Persistent memory that is this range: one of another size or start; where both have to change, what fits inside. */
function namespace(range: ByteRange, speaking: Speaking): string[] {
  const region = (at: ByteRange): string => `memmap=${unitText(at.end - at.start)}!${hex(at.start)}`;
  const ask = (at: ByteRange): Region[] => regionsInstead(region(at), at, speaking, ['modprobe nd_e820'], 'modprobe nd_pmem');
  const single = ask(range);
  if (single.length > 0) return [`the nearest that pass: ${single.map(regionText).join(' or ')}`];
  // Neither alone is enough: a size that passes where nothing is wrong with the start, then a start for it.
  const size = range.end - range.start;
  const there = { start: APART, end: APART + size };
  const smaller = ask(there).find(({ direction, what }) => direction === 'smaller' && what === 'size');
  if (smaller === undefined) return [];
  const moved = ask({ start: range.start, end: range.start + smaller.size }).find(({ direction }) => direction === 'larger');
  if (moved === undefined) return [];
  const left = { start: moved.start, end: range.end };
  const inside = moved.start + moved.size <= range.end ? moved : ask(left).find(({ direction, what }) => direction === 'smaller' && what === 'size');
  return inside === undefined ? [] : [`what fits inside it: ${regionText(inside)}, ${sizeText(size - inside.size)} less`];
}

/** An address nothing is wrong with. */
const APART = 2 ** 33;

/** A dax device that is this range: one that reaches far enough to hold a memory block. */
function kmem(range: ByteRange, speaking: Speaking): string[] {
  if (speaking.blockSize === undefined) return [];
  const word = `memmap=${unitText(range.end - range.start)}%${hex(range.start)}-1+0xefffffff`;
  // kmem loads well where there is no device to take at all.
  const line = 'modprobe kmem && ls /sys/bus/dax/drivers/kmem/dax0.0';
  const found = regionsInstead(word, range, speaking, ['modprobe dax_hmem'], line);
  const longer = found.find(({ what, direction }) => what === 'size' && direction === 'larger');
  if (longer === undefined) return [];
  const { start, size } = longer;
  return [`a device from the same start that reaches to ${hex(start + size)} (${sizeText(size)}) would hold one block of ${sizeText(speaking.blockSize)}`];
}

/** A region set apart at boot that the model accepts. */
interface Region {
  readonly word: string;
  readonly what: 'size' | 'start';
  readonly direction: Suggestion['direction'];
  readonly start: number;
  readonly size: number;
}

function regionsInstead(word: string, range: ByteRange, speaking: Speaking, before: readonly string[], line: string): Region[] {
  const machine = machineForRegion(word, range, speaking);
  if (machine === undefined) return [];
  for (const text of before) runShell(machine, text);
  const history = before.map(typedLine);
  const { suggestions } = searchNearest(machine, line, { history, work: WORK });
  return suggestions.flatMap(({ boot, direction, what, to, depends }): Region[] => {
    const value = typedNumber(to)?.value;
    if (boot?.cmdline === undefined || value === undefined || depends.length > 0) return [];
    const place = what.startsWith('size') ? { what: 'size' as const, start: range.start, size: value } : { what: 'start' as const, start: value, size: range.end - range.start };
    return [{ word: boot.cmdline, direction, ...place }];
  });
}

function regionText({ word, size }: Region): string {
  return `\`${word}\` (${sizeText(size)})`;
}
