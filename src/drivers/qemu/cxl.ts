/**
 * CXL in QEMU's words: `-M cxl=on,cxl-fmw.…`, `pxb-cxl`, `cxl-rp` and `cxl-type3`. Firmware's side of it, with the order
 * of bridges and the numbers of buses, is as a 7.2 guest showed it (docs/fidelity-cxl.md).
 */

import { MiB } from '../../kernel/units.ts';
import { SZ_256M } from '../cxl/cfmws.ts';
import type { CxlCard, CxlHostBridge, CxlPlatform, CxlWindow } from '../cxl/platform.ts';
import { clip, complain, type Argument } from './argument.ts';
import { parseQemuBool, parseQemuSize, parseUint64 } from './number.ts';
import { idWellFormed, optionValue, parseQemuOpts, type QemuOption } from './options.ts';
import type { QemuBackend } from './qemu.ts';

/** A window as `-M` asks for it. */
export interface CxlFixedWindow {
  readonly size: number;
  readonly targets: readonly string[];
  readonly granularity: number;
}

export interface CxlMachineOption {
  readonly on: boolean;
  readonly windows: readonly CxlFixedWindow[];
}

export const CXL_DRIVERS: readonly string[] = ['pxb-cxl', 'cxl-rp', 'cxl-type3', 'cxl-upstream', 'cxl-downstream'];

/** Ways of interleaving by their encoding. */
const ENCODED_WAYS: Readonly<Record<number, number>> = { 1: 0, 2: 1, 4: 2, 8: 3, 16: 4, 3: 8, 6: 9, 12: 10 };
const GRANULARITIES = [256, 512, 1024, 2048, 4096, 8192, 16384];
/** More windows than this no machine has. */
const MAX_WINDOWS = 64;

/** What `-M` says of CXL. */
export function readCxlMachine(all: readonly Argument[]): CxlMachineOption {
  let on = false;
  let at: Argument | undefined;
  const values = new Map<string, string>();
  for (const argument of all) {
    for (const { name, value } of parseQemuOpts(argument.value, 'type')) {
      if (name === 'cxl') {
        const parsed = parseQemuBool(value);
        if (parsed === undefined) complain(argument, "Parameter 'cxl' expects 'on' or 'off'", 'write cxl=on', false);
        on = parsed;
      } else if (name.startsWith('cxl-fmw.')) {
        values.set(name, value);
        at = argument;
      }
    }
  }
  return { on, windows: at === undefined ? [] : readWindows(at, values) };
}

function readWindows(argument: Argument, values: ReadonlyMap<string, string>): CxlFixedWindow[] {
  const known = /^cxl-fmw\.([0-9]{1,4})\.(?:size|interleave-granularity|targets\.[0-9]{1,4})$/;
  const wrong = [...values.keys()].find((name) => !known.test(name));
  if (wrong !== undefined) complain(argument, `Parameter '${clip(wrong)}' is unexpected`, undefined, false);
  const numbers = [...values.keys()].map((name) => Number(known.exec(name)?.[1]));
  const count = Math.max(...numbers) + 1;
  if (count > MAX_WINDOWS) complain(argument, `memhp models ${MAX_WINDOWS} CXL windows at most`, undefined, false);
  return Array.from({ length: count }, (_, i) => {
    if (!numbers.includes(i)) complain(argument, `Parameter 'cxl-fmw.${i}' missing`);
    return readWindow(argument, values, `cxl-fmw.${i}`);
  });
}

function readWindow(argument: Argument, values: ReadonlyMap<string, string>, name: string): CxlFixedWindow {
  const sizeText = values.get(`${name}.size`);
  const targets: string[] = [];
  for (;;) {
    const target = values.get(`${name}.targets.${targets.length}`);
    if (target === undefined) break;
    targets.push(target);
  }
  if (sizeText === undefined) complain(argument, `Parameter '${name}.size' is missing`, undefined, false);
  if (targets.length === 0) complain(argument, `Parameter '${name}.targets' is missing`, undefined, false);
  const size = sizeIn(sizeText);
  if (size === undefined) complain(argument, `Parameter '${name}.size' expects size`, undefined, false);
  if (size % SZ_256M !== 0 || size === 0) {
    complain(argument, 'Size of a CXL fixed memory window must my a multiple of 256MiB', undefined, false);
  }
  if (ENCODED_WAYS[targets.length] === undefined) {
    complain(argument, `Interleave ways: ${targets.length} not supported`, undefined, false);
  }
  const granularity = sizeIn(values.get(`${name}.interleave-granularity`) ?? '256');
  if (granularity === undefined) complain(argument, `Parameter '${name}.interleave-granularity' expects size`, undefined, false);
  if (!GRANULARITIES.includes(granularity)) complain(argument, `Interleave granularity: ${granularity} invalid`, undefined, false);
  return { size, targets, granularity };
}

function sizeIn(text: string): number | undefined {
  const size = parseQemuSize(text);
  if (typeof size === 'string' || size.value > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return Number(size.value);
}

/** Room QEMU keeps for the registers of host bridges, in front of the windows. */
const HOST_REGISTERS = MiB;

/** Where the first window goes, and where the last one ends, above all other memory. */
export function cxlSpan(memoryEnd: number, option: CxlMachineOption): { start: number; end: number } {
  const start = Math.ceil((memoryEnd + HOST_REGISTERS) / SZ_256M) * SZ_256M;
  const total = option.windows.reduce((sum, { size }) => sum + size, 0);
  return { start, end: total === 0 ? memoryEnd + HOST_REGISTERS : start + total };
}

interface Draft {
  readonly bridges: { readonly id: string; readonly bus: number }[];
  readonly ports: { readonly id: string; readonly bridge: string; readonly number: number; readonly slot: number }[];
  readonly cards: { readonly argument: Argument; readonly id: string; readonly port: string; readonly options: readonly QemuOption[] }[];
}

/** Properties of each device that are understood. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  'pxb-cxl': ['bus_nr', 'bus'],
  'cxl-rp': ['port', 'bus', 'chassis', 'slot', 'addr'],
  'cxl-type3': ['bus', 'memdev', 'volatile-memdev', 'persistent-memdev', 'lsa', 'sn'],
};

/** The devices among `-device` arguments as one platform. */
export function cxlPlatform(
  option: CxlMachineOption, devices: readonly Argument[], backends: ReadonlyMap<string, QemuBackend>, memoryEnd: number,
  machineArgument: Argument | undefined,
): CxlPlatform {
  const draft: Draft = { bridges: [], ports: [], cards: [] };
  for (const argument of devices) addDevice(argument, draft, option.on);
  const bridges = hostBridges(draft);
  const cards = bridges.flatMap((bridge) => cardsOf(bridge, draft, backends));
  let base = cxlSpan(memoryEnd, option).start;
  const windows = option.windows.map((window): CxlWindow => {
    const start = base;
    base += window.size;
    return windowOf(window, start, draft, machineArgument as Argument);
  });
  return { windows, bridges, cards };
}

function windowOf(window: CxlFixedWindow, base: number, draft: Draft, argument: Argument): CxlWindow {
  const targets = window.targets.map((target) => {
    const bridge = draft.bridges.find(({ id }) => id === target);
    if (bridge === undefined) complain(argument, `Could not resolve CXLFM target ${clip(target)}`, undefined, false);
    return bridge.bus;
  });
  return {
    base, size: window.size, targets, arithmetic: 0,
    encodedWays: ENCODED_WAYS[targets.length] as number,
    encodedGranularity: Math.log2(window.granularity / 256),
    restrictions: { type2: true, type3: true, volatile: true, pmem: true },
  };
}

function addDevice(argument: Argument, draft: Draft, on: boolean): void {
  const options = parseQemuOpts(argument.value, 'driver');
  const driver = optionValue(options, 'driver') ?? '';
  const known = PROPERTIES[driver];
  if (known === undefined) complain(argument, `memhp does not model -device ${clip(driver)}`, 'cards stand behind cxl-rp', false);
  const strange = options.find(({ name }) => name !== 'driver' && name !== 'id' && !known.includes(name));
  if (strange !== undefined) complain(argument, `memhp does not model the property ${clip(strange.name)} of ${driver}`, 'leave it out', false);
  const id = optionValue(options, 'id') ?? '';
  if (id !== '' && !idWellFormed(id)) complain(argument, "Parameter 'id' expects an identifier");
  const bus = optionValue(options, 'bus') ?? '';
  if (driver === 'pxb-cxl') {
    if (!on) complain(argument, 'CXL host bridges present, but cxl=off', 'write -M q35,cxl=on', false);
    const number = numberIn(argument, options, 'bus_nr', 255n);
    if (draft.bridges.some((other) => other.bus === number)) complain(argument, `Bus ${number} is already in use`);
    draft.bridges.push({ id, bus: number });
  } else if (driver === 'cxl-rp') {
    if (!draft.bridges.some((bridge) => bridge.id === bus)) complain(argument, `Bus '${clip(bus)}' not found`);
    const used = draft.ports.filter((port) => port.bridge === bus).map(({ slot }) => slot);
    const slot = optionValue(options, 'addr') === undefined ? lowest(used) : numberIn(argument, options, 'addr', 31n);
    draft.ports.push({ id, bridge: bus, number: numberIn(argument, options, 'port', 255n), slot });
  } else {
    if (!draft.ports.some((port) => port.id === bus)) complain(argument, `Bus '${clip(bus)}' not found`);
    draft.cards.push({ argument, id, port: bus, options });
  }
}

function lowest(used: readonly number[]): number {
  let slot = 0;
  while (used.includes(slot)) slot++;
  return slot;
}

function numberIn(argument: Argument, options: readonly QemuOption[], name: string, most: bigint): number {
  const number = parseUint64(optionValue(options, name) ?? '0');
  if (number === undefined || number > most) complain(argument, `Parameter '${name}' expects uint8_t`);
  return Number(number);
}

function hex2(number: number): string {
  return number.toString(16).padStart(2, '0');
}

/** Bridges as ACPI lists them: the one given last comes first. Root ports in the order of their slots. */
function hostBridges(draft: Draft): CxlHostBridge[] {
  return draft.bridges.toReversed().map(({ id, bus }, i) => ({
    uid: bus,
    acpiName: `ACPI0016:${hex2(i)}`,
    pciName: `pci0000:${hex2(bus)}`,
    rootPorts: portsOf(draft, id).map(({ slot, number }) => ({ name: `0000:${hex2(bus)}:${hex2(slot)}.0`, id: number })),
    decoders: draft.cards.some(isLater) ? LATER_DECODERS : 1,
  }));
}

function portsOf(draft: Draft, bridge: string): Draft['ports'] {
  return draft.ports.filter((port) => port.bridge === bridge).sort((a, b) => a.slot - b.slot);
}

/** HDM decoders of the QEMU that has these properties: 8.2 and later. */
const LATER_DECODERS = 4;

/** Properties QEMU 7.2 does not have: a later one, whose cards interrupt for events. */
function isLater({ options }: Draft['cards'][number]): boolean {
  return options.some(({ name }) => name === 'volatile-memdev' || name === 'persistent-memdev');
}

function cardsOf(bridge: CxlHostBridge, draft: Draft, backends: ReadonlyMap<string, QemuBackend>): CxlCard[] {
  const id = draft.bridges.find(({ bus }) => bus === bridge.uid)?.id ?? '';
  // Each root port has the next bus behind it.
  return portsOf(draft, id).flatMap((port, i): CxlCard[] => {
    const card = draft.cards.find((each) => each.port === port.id);
    if (card === undefined) return [];
    const host = `0000:${hex2(bridge.uid + 1 + i)}:00.0`;
    return [readCard(card, host, bridge, (bridge.rootPorts[i] as { name: string }).name, backends)];
  });
}

function readCard(
  card: Draft['cards'][number], host: string, bridge: CxlHostBridge, rootPort: string, backends: ReadonlyMap<string, QemuBackend>,
): CxlCard {
  const { argument, options } = card;
  const backend = (name: string): QemuBackend | undefined => {
    const value = optionValue(options, name);
    if (value === undefined) return undefined;
    return backends.get(value) ?? complain(argument, `Device '${clip(value)}' not found`);
  };
  const plain = backend('memdev');
  const volatile = backend('volatile-memdev');
  const persistent = backend('persistent-memdev') ?? plain;
  if (volatile === undefined && persistent === undefined) complain(argument, 'memdev property must be set');
  const lsa = backend('lsa');
  if (persistent !== undefined && lsa === undefined) complain(argument, 'lsa property must be set');
  const serial = parseUint64(optionValue(options, 'sn') ?? '0');
  if (serial === undefined) complain(argument, "Parameter 'sn' expects uint64");
  return {
    host, bridge: bridge.uid, rootPort, serial,
    ramBytes: volatile?.size ?? 0,
    pmemBytes: persistent?.size ?? 0,
    labelBytes: lsa?.size ?? 0,
    labelArea: optionValue(options, 'lsa') ?? '',
    decoders: isLater(card) ? LATER_DECODERS : 1,
    eventInterrupts: isLater(card),
  };
}
