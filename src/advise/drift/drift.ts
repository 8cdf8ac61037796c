/** What a machine loses when firmware or hardware is different at the next boot. */

import { buildMachine } from '../../drivers/build-machine.ts';
import { MachineDescriptionError, type MachineDescription } from '../../drivers/machine-description.ts';
import type { Machine } from '../../drivers/machine.ts';
import { readPfnSb, writePfnSb } from '../../drivers/nvdimm/info-block.ts';
import type { MediaMove } from '../../drivers/nvdimm/media.ts';
import { regionById, type NdNamespace } from '../../drivers/nvdimm/state.ts';
import { reboot, type RebootChange } from '../../drivers/reboot.ts';
import { playRunbook } from '../../runbook/play.ts';
import type { Command, Runbook } from '../../runbook/runbook.ts';
import { blockDrift, type BlockDrift } from './blocks.ts';
import { holdingsOf, type Holding } from './holdings.ts';
import { whyNot, type Refusal } from './why-not.ts';

/** `survives` as it was; `raw` when its info block is not taken and a raw disk is there instead. */
export type Fate = 'survives' | 'dies' | 'raw' | 'gone';

/** What became of one namespace, and the check that decided it. */
export interface NamespaceFate {
  readonly before: Holding;
  /** What is there now; undefined where nothing is. */
  readonly after: Holding | undefined;
  readonly fate: Fate;
  /** Of a namespace that did not survive. */
  readonly refusal: Refusal | undefined;
}

/** What became of every namespace and memory block over a boot. */
export interface Drift {
  readonly kernelBefore: string;
  readonly kernelAfter: string;
  readonly change: RebootChange;
  readonly namespaces: readonly NamespaceFate[];
  readonly blocks: readonly BlockDrift[];
  readonly blockSizeBefore: number;
  readonly blockSizeAfter: number;
  /** Commands typed again after the boot that fail now and did not before. */
  readonly fails: readonly string[];
}

/** A machine as it was before, and what is typed at it after a boot. */
export interface Prepared {
  readonly machine: Machine;
  readonly holdings: readonly Holding[];
  readonly again: Runbook;
  readonly failedBefore: ReadonlySet<string>;
}

/** Builds the machine and plays the runbook. @throws MachineDescriptionError when it cannot be built */
export function prepareDrift(description: MachineDescription, book: Runbook): Prepared {
  const machine = buildMachine(description);
  const { runs } = playRunbook({ ...book, commands: book.commands.map(plain) }, machine);
  const failedBefore = new Set(runs.filter(({ exit }) => exit !== 0).map(({ command }) => command.text));
  return { machine, holdings: holdingsOf(machine), again: { ...book, commands: book.commands.flatMap(typedAgain) }, failedBefore };
}

function plain(command: Command): Command {
  return { ...command, expected: [], exit: undefined };
}

/** What configures a running system is typed again; what is written to media, or asked only, is not. */
function typedAgain(command: Command): Command[] {
  if (command.prompt !== 'shell') return [];
  const again = /\b(?:modprobe|insmod|daxctl\s+(?:reconfigure|online|enable|create)|chmem)\b|>\s*\/(?:sys|proc)\//;
  const parts = /\b(?:for|while|if)\b/.test(command.text) ? [command.text] : command.text.split(/\s*(?:;|&&)\s*/);
  const kept = parts.filter((part) => again.test(part) && !/\bndctl\b|\/bus\/nd\//.test(part));
  return kept.length === 0 ? [] : [{ ...plain(command), text: kept.join('; ') }];
}

/** Gives every info block another minor version, as an older kernel would have written it. */
export function withInfoBlockMinor(prepared: Prepared, minor: number): Prepared {
  const { machine } = prepared;
  for (const holding of prepared.holdings) {
    const region = regionById(machine, holding.region);
    const namespace = region?.children.find(
      (child): child is NdNamespace => child.kind === 'namespace' && child.start === holding.start && child.size > 0,
    );
    if (region === undefined || namespace === undefined) continue;
    for (const kind of ['pfn', 'dax'] as const) {
      const sb = readPfnSb(machine, namespace, kind);
      if (sb !== undefined) writePfnSb(machine, region, namespace, { ...sb, versionMinor: minor });
    }
  }
  return { ...prepared, holdings: holdingsOf(machine) };
}

/** Boots the machine with the change, and compares. @throws MachineDescriptionError when it cannot boot so */
export function driftOf(prepared: Prepared, change: RebootChange): Drift {
  const { machine, again, failedBefore } = prepared;
  const after = reboot(machine, change);
  const { runs } = playRunbook(again, after);
  const fails = runs.filter(({ exit, command }) => exit !== 0 && !failedBefore.has(command.text));
  const now = holdingsOf(after);
  return {
    kernelBefore: machine.kernel.profile.name,
    kernelAfter: after.kernel.profile.name,
    change,
    namespaces: prepared.holdings.map((holding) => fateOf(machine, after, holding, now, change.moved ?? [])),
    blocks: blockDrift(machine.kernel, after.kernel),
    blockSizeBefore: machine.kernel.memoryBlockSizeBytes,
    blockSizeAfter: after.kernel.memoryBlockSizeBytes,
    fails: fails.map(({ command }) => command.text),
  };
}

function fateOf(
  before: Machine,
  after: Machine,
  holding: Holding,
  now: readonly Holding[],
  moves: readonly MediaMove[],
): NamespaceFate {
  const place = placeAfter(before, after, moves, holding.start);
  const there =
    now.find(({ labelUuid }) => labelUuid !== undefined && labelUuid === holding.labelUuid) ??
    now.find(({ start }) => start === place);
  if (there === undefined) return { before: holding, after: undefined, fate: 'gone', refusal: undefined };
  const fate = fateBetween(holding, there);
  const refusal = fate === 'survives' ? undefined : whyNot(after, there);
  return { before: holding, after: there, fate, refusal };
}

function fateBetween(before: Holding, after: Holding): Fate {
  if (after.mode === before.mode && (before.mode === 'raw' || after.uuid === before.uuid)) return 'survives';
  return after.mode === 'raw' ? 'raw' : 'dies';
}

/** Where an address of persistent memory is after the boot; undefined when it is nowhere. */
function placeAfter(before: Machine, after: Machine, moves: readonly MediaMove[], address: number): number | undefined {
  const move = moves.find(({ from, size }) => from <= address && address < from + size);
  if (move !== undefined) return move.to === undefined ? undefined : address - move.from + move.to;
  const dimm = before.devices.qemu?.devices.find(({ addr, size }) => addr <= address && address < addr + size);
  if (dimm === undefined) return address;
  const now = after.devices.qemu?.devices.find(({ memdev }) => memdev === dimm.memdev);
  return now === undefined ? undefined : address - dimm.addr + now.addr;
}

/** One shift of a sweep. */
export interface SweepPoint {
  readonly by: number;
  /** By namespace, in the order they had; why instead where the machine does not boot so. */
  readonly fates: readonly Fate[] | undefined;
  readonly drift: Drift | undefined;
  readonly why: string | undefined;
}

/** The same change with many shifts; the machine before is built once. */
export function sweepDrift(prepared: Prepared, shifts: readonly number[], changeFor: (by: number) => RebootChange): SweepPoint[] {
  return shifts.map((by) => {
    try {
      const drift = driftOf(prepared, changeFor(by));
      return { by, fates: drift.namespaces.map(({ fate }) => fate), drift, why: undefined };
    } catch (error) {
      if (!(error instanceof MachineDescriptionError)) throw error;
      return { by, fates: undefined, drift: undefined, why: error.message };
    }
  });
}
