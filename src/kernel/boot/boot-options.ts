/** Command-line settings that matter after boot. */

import type { BootOptions } from './boot-map.ts';
import { parameq, valuesOf, type CmdlineParam } from './cmdline.ts';

const ONLINE_TYPES = ['offline', 'online', 'online_kernel', 'online_movable'] as const;

/** Reads them; of several the last counts, of `memhp_default_state=` the last valid one. */
export function bootOptions(params: readonly CmdlineParam[]): BootOptions {
  const options: { -readonly [K in keyof BootOptions]: BootOptions[K] } = {
    movableNode: params.some((param) => parameq(param.key, 'movable_node')),
  };
  for (const value of valuesOf(params, 'memhp_default_state')) {
    const type = ONLINE_TYPES.find((name) => name === value);
    if (type !== undefined) options.memhpDefaultState = type;
  }
  const last = (name: string) => {
    const value = valuesOf(params, `memory_hotplug.${name}`).at(-1);
    // A switch without a value is a switch turned on.
    return value ?? (params.some((param) => parameq(param.key, `memory_hotplug.${name}`)) ? 'Y' : undefined);
  };
  const memmapOnMemory = last('memmap_on_memory');
  const onlinePolicy = last('online_policy');
  const autoMovableRatio = last('auto_movable_ratio');
  const autoMovableNumaAware = last('auto_movable_numa_aware');
  if (memmapOnMemory !== undefined) options.memmapOnMemory = memmapOnMemory;
  if (onlinePolicy !== undefined) options.onlinePolicy = onlinePolicy;
  if (autoMovableRatio !== undefined) options.autoMovableRatio = autoMovableRatio;
  if (autoMovableNumaAware !== undefined) options.autoMovableNumaAware = autoMovableNumaAware;
  return options;
}
