/** Everything `memhp inspect` says about a machine, as plain data: the text and the JSON are made of it. */

import { countBlocks } from './block-runs.ts';
import type { CaptureNote } from './capture-error.ts';
import type {
  BlockState,
  CapturedDevice,
  CapturedMachine,
  CapturedNode,
  CapturedSource,
  CapturedZone,
} from './captured-machine.ts';
import type { Finding, FindingCode } from './finding.ts';
import { findingsOf } from './findings.ts';
import { isRamOwner, layoutOf, type MachineLayout } from './machine-layout.ts';

export interface MachineReport {
  readonly name: string;
  readonly sources: readonly CapturedSource[];
  readonly arch: string;
  /** As recorded; undefined when not. */
  readonly kernelRelease: string | undefined;
  /** The profile the machine is read by. */
  readonly profile: string;
  readonly cmdline: string | undefined;
  readonly pageSize: number;
  readonly sectionSize: number;
  readonly subsectionSize: number;
  readonly blockSize: number | undefined;
  readonly blockSizeFrom: MachineLayout['blockSizeFrom'];
  readonly totals: MachineTotals;
  /** Disjoint ranges with their owner. */
  readonly segments: readonly {
    readonly start: number;
    readonly size: number;
    readonly kind: string;
    readonly label: string;
  }[];
  readonly blocks: readonly BlockReport[];
  readonly blocksInferred: boolean;
  readonly nodes: readonly CapturedNode[];
  readonly zones: readonly CapturedZone[];
  readonly zonesPredicted: boolean;
  readonly devices: readonly CapturedDevice[];
  readonly findings: readonly Finding[];
  readonly findingsOmitted: Readonly<Partial<Record<FindingCode, number>>>;
  readonly notes: readonly CaptureNote[];
  readonly unknown: readonly string[];
  readonly assumed: readonly string[];
}

export interface BlockReport {
  readonly first: number;
  readonly last: number;
  readonly start: number | undefined;
  readonly size: number | undefined;
  readonly state: BlockState;
  readonly zones: string | undefined;
  readonly nodes: readonly number[] | undefined;
}

/** Bytes; undefined where nothing tells. */
export interface MachineTotals {
  /** System RAM of the address map, of any origin. */
  readonly ram: number | undefined;
  /** Of that, what drivers added (kmem, virtio-mem). */
  readonly driverRam: number | undefined;
  /** Device memory that is not System RAM. */
  readonly device: number | undefined;
  readonly blocks: number;
  readonly online: number | undefined;
  readonly offline: number | undefined;
  /** Struct pages for all System RAM. */
  readonly memmap: number | undefined;
}

export function reportOf(machine: CapturedMachine): { report: MachineReport; layout: MachineLayout } {
  const layout = layoutOf(machine);
  const { list, omitted } = findingsOf(layout);
  const report: MachineReport = {
    name: machine.name,
    sources: machine.sources,
    arch: machine.arch ?? layout.arch.name,
    kernelRelease: machine.kernelRelease,
    profile: layout.profile.name,
    cmdline: machine.cmdline,
    pageSize: layout.arch.pageSize,
    sectionSize: layout.sectionSize,
    subsectionSize: layout.arch.subsectionSize,
    blockSize: layout.blockSize,
    blockSizeFrom: layout.blockSizeFrom,
    totals: totalsOf(layout),
    segments: layout.owned.map(({ start, end, kind, label }) => ({ start, size: end - start, kind, label })),
    blocks: layout.blocks.map((run) => ({
      first: run.first,
      last: run.last,
      start: layout.blockSize === undefined ? undefined : run.first * layout.blockSize,
      size: layout.blockSize === undefined ? undefined : (run.last - run.first + 1) * layout.blockSize,
      state: run.state,
      zones: run.zones,
      nodes: run.nodes,
    })),
    blocksInferred: layout.blocksInferred,
    nodes: machine.nodes ?? [],
    zones: layout.zones,
    zonesPredicted: layout.zonesPredicted,
    devices: machine.devices ?? [],
    findings: list,
    findingsOmitted: omitted,
    notes: machine.notes,
    unknown: machine.unknown,
    assumed: layout.assumed,
  };
  return { report, layout };
}

function totalsOf(layout: MachineLayout): MachineTotals {
  const sum = (kinds: (kind: string) => boolean): number =>
    layout.owned.reduce((bytes, { start, end, kind }) => (kinds(kind) ? bytes + end - start : bytes), 0);
  const mapped = layout.from === 'iomem' || layout.from === 'firmware map';
  const ram = mapped ? sum((kind) => isRamOwner(kind as 'ram')) : undefined;
  const states = !layout.blocksInferred && layout.blocks.some(({ state }) => state !== 'unknown');
  const inState = (state: 'online' | 'offline'): number | undefined =>
    states && layout.blockSize !== undefined ? countBlocks(layout.blocks, state) * layout.blockSize : undefined;
  const { structPageSize, pageSize } = layout.arch;
  return {
    ram,
    driverRam: mapped ? sum((kind) => kind === 'kmem' || kind === 'virtio-mem') : undefined,
    device: mapped ? sum((kind) => kind === 'device' || kind === 'unmapped') : undefined,
    blocks: countBlocks(layout.blocks),
    online: inState('online'),
    offline: inState('offline'),
    memmap: ram === undefined ? undefined : Math.ceil(ram / pageSize) * structPageSize,
  };
}
