/** The kernel modules of virtio-mem, and their parameters. */

import type { Behaviours } from '../../kernel/profile/behaviours.ts';
import { parseKernelBool } from '../../kernel/params.ts';
import type { Machine } from '../machine.ts';
import { virtioMemAttach, virtioMemUnbind } from './probe.ts';
import { DEFAULT_PARAMS, setVirtioMem, type VirtioMemParams } from './state.ts';

type Parameters = ReadonlyMap<string, string>;

const BOOLEANS: Readonly<Record<string, keyof VirtioMemParams>> = {
  unplug_online: 'unplugOnline',
  force_bbm: 'forceBbm',
  bbm_safe_unplug: 'bbmSafeUnplug',
};

/** An unsigned long as kstrtoul reads it with base 0, as far as a number is exact. */
function parseUlong(text: string): number | undefined {
  if (!/^\+?(0[xX][0-9a-fA-F]{1,13}|0[0-7]{0,17}|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const digits = text.replace(/^\+/, '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Names of virtio_mem's parameters on a kernel. */
export function virtioMemParameterNames(does: Behaviours): string[] {
  const names = ['unplug_online'];
  if (does.virtioMem === 'all') names.push('force_bbm', 'bbm_block_size');
  if (does.virtioMem === 'all' && !does.virtioMemKeepsRemoving) names.push('bbm_safe_unplug');
  return names;
}

/** What parameters given to the module set; undefined where a value cannot be read. */
function readParameters(given: Parameters): VirtioMemParams | undefined {
  let params = DEFAULT_PARAMS;
  for (const [name, text] of given) {
    const key = BOOLEANS[name];
    // A parameter without a value is a switch that is put on.
    const value = key === undefined ? parseUlong(text) : text === '' ? true : parseKernelBool(text);
    if (value === undefined) return undefined;
    params = { ...params, [key ?? 'bbmBlockSize']: value };
  }
  return params;
}

export const VIRTIO_MEM_MODULES = {
  virtio: { needs: [], exists: (does: Behaviours): boolean => !does.virtioBuiltIn },
  virtio_ring: { needs: ['virtio'], exists: (does: Behaviours): boolean => !does.virtioBuiltIn },
  virtio_pci: {
    needs: ['virtio', 'virtio_ring'],
    exists: (does: Behaviours): boolean => !does.virtioBuiltIn,
    isVirtioBus: true,
  },
  virtio_mem: {
    needs: ['virtio', 'virtio_ring'],
    exists: (does: Behaviours): boolean => does.virtioMem !== 'none',
    parameters: virtioMemParameterNames,
    accepts: (given: Parameters): boolean => readParameters(given) !== undefined,
    load: (machine: Machine, given: Parameters): void => {
      setVirtioMem(machine, { params: readParameters(given) ?? DEFAULT_PARAMS, left: new Set() });
      virtioMemAttach(machine);
    },
    busAppears: virtioMemAttach,
    busGoes: unbindAll,
    unload: unbindAll,
  },
} as const;

function unbindAll(machine: Machine): void {
  for (const name of machine.devices.virtioMem.bound.keys()) virtioMemUnbind(machine, name);
}
