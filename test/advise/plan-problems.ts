/** Problems of several kinds, from the reports they come from. */

import type { MachineDescription } from '../../src/drivers/machine-description.ts';
import type { PlanProblem } from '../../src/advise/plan/plan-problem.ts';
import { GiB, MiB } from '../../src/kernel/units.ts';

function machine(memory: string, more: Partial<MachineDescription> = {}): MachineDescription {
  return { kernel: '6.12', memory, cmdline: '', qemu: [], ...more };
}

function problem(more: Partial<PlanProblem> & Pick<PlanProblem, 'machines' | 'wishes'>): PlanProblem {
  return { regions: [], online: 'online_movable', roomBytes: 0, ...more };
}

const NVDIMMS = ['-M', 'q35,nvdimm=on'];
const namespace = { kind: 'namespace', region: 0, mode: 'fsdax', map: 'mem', aligns: [] } as const;

/** Each with sizes in whose multiples a random layout may be laid. */
export const PROBLEMS: Readonly<Record<string, { problem: PlanProblem; granules: readonly number[] }>> = {
  'Red Hat KB 7062400: 59 GiB with blocks of 2 GiB': {
    problem: problem({ machines: [machine('64G')], wishes: [{ kind: 'dimm', sizeBytes: 59 * GiB, most: 2 }] }),
    granules: [GiB, 2 * GiB],
  },
  'the same, with other sizes of boot memory to choose from': {
    problem: problem({ machines: [machine('64G'), machine('65G')], wishes: [{ kind: 'dimm', sizeBytes: 59 * GiB, most: 1 }] }),
    granules: [GiB],
  },
  'nemu 48: a 2 MiB NVDIMM and DIMMs': {
    problem: problem({
      machines: [machine('2G', { qemu: NVDIMMS })],
      wishes: [
        { kind: 'nvdimm', sizeBytes: 2 * MiB },
        { kind: 'dimm', sizeBytes: GiB, most: 1 },
        { kind: 'nvdimm', sizeBytes: 34 * MiB },
        { kind: 'dimm', sizeBytes: 300 * MiB, most: 1 },
      ],
    }),
    granules: [64 * MiB],
  },
  'DIMMs of given sizes': {
    problem: problem({
      machines: [machine('1G')],
      wishes: [{ kind: 'dimm', sizeBytes: 7 * GiB - 256 * MiB, most: 4, sizes: [4 * GiB, 3 * GiB, 1536 * MiB, 192 * MiB] }],
    }),
    granules: [],
  },
  'virtio-mem with blocks of 4 MiB': {
    problem: problem({ machines: [machine('2G')], wishes: [{ kind: 'virtio-mem', device: 'vm0', sizeBytes: 302 * MiB, blockBytes: 4 * MiB }] }),
    granules: [2 * MiB, 64 * MiB],
  },
  'two namespaces over six DIMMs': {
    problem: problem({
      machines: [machine('1G')],
      regions: [{ sizeBytes: 12 * GiB, ways: 6 }],
      wishes: [{ ...namespace, sizeBytes: 132 * MiB }, { ...namespace, sizeBytes: 132 * MiB }],
    }),
    granules: [12 * MiB],
  },
  'two namespaces where a section has one owner': {
    problem: problem({
      machines: [machine('1G', { kernel: '5.0' })],
      regions: [{ sizeBytes: 2 * GiB, ways: 1 }],
      wishes: [{ ...namespace, sizeBytes: 100 * MiB }, { ...namespace, sizeBytes: 100 * MiB }],
    }),
    granules: [32 * MiB],
  },
  'a window and blocks of 2 GiB': {
    problem: problem({
      machines: [machine('64G', { qemu: ['-cpu', 'max,-hypervisor'] })],
      wishes: [{ kind: 'window', sizeBytes: 0x3ca0000000, from: 0xc050000000, to: 0xc0d0000000, stepBytes: 256 * MiB }],
    }),
    granules: [],
  },
};
