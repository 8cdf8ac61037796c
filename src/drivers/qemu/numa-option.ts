/** `-numa`: nodes, their memory and processors, with QEMU 7.2's refusals. */

import { hex } from '../../kernel/units.ts';
import { parseUint64 } from './number.ts';
import { parseQemuOpts, optionValue } from './options.ts';
import type { QemuBackend } from './qemu.ts';
import type { QemuNode } from './machine.ts';
import type { QemuSmp } from './smp.ts';

const MAX_NODES = 128;

export interface NumaDraft {
  /** By node id. */
  readonly nodes: Map<number, QemuNode>;
  /** Node of each CPU index that was named. */
  readonly cpus: Map<number, number>;
}

export type NumaError = { readonly error: string; readonly unmodelled?: boolean };

/** Reads one `-numa` argument into the draft. */
export function readNuma(
  text: string,
  draft: NumaDraft,
  smp: QemuSmp,
  backends: ReadonlyMap<string, QemuBackend>,
): NumaError | undefined {
  const options = parseQemuOpts(text, 'type');
  const type = optionValue(options, 'type');
  if (type === 'dist') return undefined;
  if (type === 'cpu' || type === 'hmat-lb' || type === 'hmat-cache')
    return { error: `-numa ${type}`, unmodelled: true };
  if (type === undefined) return { error: "Parameter 'type' is missing" };
  if (type !== 'node') return { error: `Parameter 'type' does not accept value '${type}'` };
  for (const { name } of options) {
    if (name === 'initiator') return { error: '-numa node,initiator=', unmodelled: true };
    if (!['type', 'nodeid', 'cpus', 'mem', 'memdev'].includes(name))
      return { error: `Parameter '${name}' is unexpected` };
  }
  const idText = optionValue(options, 'nodeid');
  const id = idText === undefined ? BigInt(draft.nodes.size) : parseUint64(idText);
  if (id === undefined) return { error: "Parameter 'nodeid' expects integer" };
  if (id >= 2n ** 16n) return { error: "Parameter 'nodeid' expects uint16_t" };
  if (id >= BigInt(MAX_NODES)) return { error: `Max number of NUMA nodes reached: ${id}` };
  const node = Number(id);
  if (draft.nodes.has(node)) return { error: `Duplicate NUMA nodeid: ${node}` };
  for (const option of options) {
    if (option.name !== 'cpus') continue;
    const range = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(option.value);
    if (range === null) return { error: "Parameter 'cpus' expects a uint16 value or range" };
    const last = Number(range[2] ?? range[1]);
    for (let cpu = Number(range[1]); cpu <= last; cpu++) {
      if (cpu >= smp.maxCpus) return { error: `CPU index (${cpu}) should be smaller than maxcpus (${smp.maxCpus})` };
      if (draft.cpus.has(cpu)) return { error: `CPU(s) already present in a NUMA node: ${cpu}`, unmodelled: true };
      draft.cpus.set(cpu, node);
    }
  }
  if (optionValue(options, 'mem') !== undefined) {
    return { error: 'Parameter -numa node,mem is not supported by this machine type\nUse -numa node,memdev instead' };
  }
  const memdev = optionValue(options, 'memdev');
  const backend = memdev === undefined ? undefined : backends.get(memdev);
  if (memdev !== undefined && backend === undefined) return { error: `memdev=${memdev} is ambiguous` };
  draft.nodes.set(node, { size: backend?.size ?? 0, memdev });
  return undefined;
}

/** The finished nodes by proximity domain, and the domain of each possible CPU; or what is missing. */
export function finishNuma(
  draft: NumaDraft,
  ramSize: number,
  smp: QemuSmp,
  automatic: boolean,
): { readonly nodes: QemuNode[]; readonly cpuNodes: number[] } | NumaError {
  const count = draft.nodes.size;
  if (count === 0) {
    if (!automatic) return { nodes: [], cpuNodes: [] };
    return { nodes: [{ size: ramSize, memdev: undefined }], cpuNodes: new Array<number>(smp.maxCpus).fill(0) };
  }
  // From the highest id downwards, as QEMU looks for gaps.
  for (let id = Math.max(...draft.nodes.keys()); id >= 0; id--) {
    if (!draft.nodes.has(id)) return { error: `numa: Node ID missing: ${id}` };
  }
  const nodes = Array.from({ length: count }, (_, id) => draft.nodes.get(id) as QemuNode);
  const total = nodes.reduce((sum, node) => sum + node.size, 0);
  if (total !== ramSize) {
    return { error: `total memory for NUMA nodes (${hex(total)}) should equal RAM size (${hex(ramSize)})` };
  }
  const cpuNodes = Array.from({ length: smp.maxCpus }, (_, cpu) => {
    if (draft.cpus.size > 0) return draft.cpus.get(cpu) ?? 0;
    return Math.floor(cpu / smp.perSocket) % count;
  });
  return { nodes, cpuNodes };
}
