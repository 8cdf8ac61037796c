/** /sys/module: the parameters of memory hotplug, and which modules are loaded. */

import { check, type CheckPoint } from '../kernel/explain.ts';
import type { Machine } from '../drivers/machine.ts';
import { isKnownModule } from '../drivers/modules.ts';
import { EINVAL, type Errno } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type HotplugParams, parseKernelBool } from '../kernel/params.ts';
import {
  directory, dynamicDirectory, readOnly, readWrite, UNKNOWN_DIRECTORY, UNKNOWN_FILE, type DirectoryEntry,
  type FileEntry,
} from './entries.ts';
import { hmemParameters } from './dax-files.ts';
import { virtioMemParameters } from './virtio-files.ts';

const POLICY_KNOWN: CheckPoint = {
  file: 'mm/memory_hotplug.c',
  fn: 'set_online_policy',
  condition: 'the policy is contig-zones or auto-movable',
};

const MAX_U32 = 4294967295;

function setParams(kernel: Kernel, patch: Partial<HotplugParams>): Errno {
  kernel.params = { ...kernel.params, ...patch };
  return 0;
}

/** An unsigned int as kstrtouint reads it with base 0. */
function parseUint(text: string): number | undefined {
  const match = /^\+?(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)\n?$/.exec(text);
  if (match === null) return undefined;
  const digits = match[1] as string;
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return value <= MAX_U32 ? value : undefined;
}

/** @kernel mm/memory_hotplug.c: get_memmap_on_memory_mode */
function memmapOnMemory(kernel: Kernel): string {
  const mode = kernel.params.memmapOnMemory;
  return mode === 'force' ? 'force\n' : mode === 'on' ? 'Y\n' : 'N\n';
}

function onlinePolicy(kernel: Kernel): FileEntry {
  return readWrite(
    () => `${kernel.params.onlinePolicy}\n`,
    (text) => {
      const policy = text.replace(/\n$/, '');
      const known = policy === 'contig-zones' || policy === 'auto-movable';
      if (!check(kernel, POLICY_KNOWN, known, { written: policy }) || !known) return -EINVAL;
      return setParams(kernel, { onlinePolicy: policy });
    },
  );
}

/** @kernel mm/memory_hotplug.c: module_param */
function hotplugParameters(kernel: Kernel): DirectoryEntry {
  const { does } = kernel.profile;
  const ratio = readWrite(
    () => `${kernel.params.autoMovableRatio}\n`,
    (text) => {
      const value = parseUint(text);
      return value === undefined ? -EINVAL : setParams(kernel, { autoMovableRatio: value });
    },
  );
  const numaAware = readWrite(
    () => (kernel.params.autoMovableNumaAware ? 'Y\n' : 'N\n'),
    (text) => {
      const value = parseKernelBool(text);
      return value === undefined ? -EINVAL : setParams(kernel, { autoMovableNumaAware: value });
    },
  );
  return directory({
    auto_movable_numa_aware: does.autoMovable && kernel.profile.arch.numa ? numaAware : undefined,
    auto_movable_ratio: does.autoMovable ? ratio : undefined,
    memmap_on_memory: does.memmapOnMemory === 'none' ? undefined : readOnly(() => memmapOnMemory(kernel)),
    online_policy: does.autoMovable ? onlinePolicy(kernel) : undefined,
  });
}

export function moduleDirectory(machine: Machine): DirectoryEntry {
  const { kernel } = machine;
  const parameters = hotplugParameters(kernel);
  const hotplug = directory({ parameters, uevent: UNKNOWN_FILE });
  const hasHotplug = parameters.names().length > 0;
  return dynamicDirectory(
    directory(
      { memory_hotplug: hasHotplug ? hotplug : undefined },
      // A module the model knows is here when it is loaded, and only then.
      { complete: false, lacks: (name) => name === 'memory_hotplug' || isKnownModule(name) },
    ),
    () => machine.devices.modules,
    (name) => {
      if (!machine.devices.modules.includes(name)) return undefined;
      if (name === 'dax_hmem') return directory({ parameters: hmemParameters(machine) }, { complete: false });
      if (name === 'virtio_mem') return directory({ parameters: virtioMemParameters(machine) }, { complete: false });
      return UNKNOWN_DIRECTORY;
    },
  );
}
