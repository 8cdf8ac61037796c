/** Run-time parameters of memory hotplug: module parameters and the default online type. */

import type { BootOptions } from './boot/boot-map.ts';
import { MMOP_OFFLINE, MMOP_ONLINE, MMOP_ONLINE_KERNEL, MMOP_ONLINE_MOVABLE, ONLINE_TYPE_NAMES, type OnlineType } from './block-table.ts';
import type { KernelProfile } from './profile/profile.ts';

/** @kernel mm/memory_hotplug.c: module parameters and mhp_default_online_type */
export interface HotplugParams {
  readonly defaultOnlineType: OnlineType;
  readonly memmapOnMemory: 'off' | 'on' | 'force';
  readonly onlinePolicy: 'contig-zones' | 'auto-movable';
  /** Percent of movable to kernel memory. */
  readonly autoMovableRatio: number;
  readonly autoMovableNumaAware: boolean;
}

/** Parses an online type as sysfs and the command line spell it. @kernel mm/memory_hotplug.c: mhp_online_type_from_str */
export function parseOnlineType(text: string): OnlineType | undefined {
  const index = (ONLINE_TYPE_NAMES as readonly string[]).indexOf(text);
  return index < 0 ? undefined : (index as OnlineType);
}

/**
 * Whether the kernel takes this as the default online type.
 * Since Linux ("mm/memory_hotplug: allow to specify a default online_type") (v5.7); before it, online and offline only.
 */
export function isDefaultOnlineType(type: OnlineType, profile: KernelProfile): boolean {
  return profile.does.defaultOnlineByZone || type === MMOP_OFFLINE || type === MMOP_ONLINE;
}

/** What `kstrtobool` makes of a text. */
export function parseKernelBool(text: string): boolean | undefined {
  if (/^[yYtT1]/.test(text) || /^[oO][nN]/.test(text)) return true;
  if (/^[nNfF0]/.test(text) || /^[oO][fF]/.test(text)) return false;
  return undefined;
}

const DEFAULT_ONLINE_TYPE = {
  offline: MMOP_OFFLINE,
  online: MMOP_ONLINE,
  online_kernel: MMOP_ONLINE_KERNEL,
  online_movable: MMOP_ONLINE_MOVABLE,
} as const;

/** Parameters as the command line leaves them; values the kernel would not take keep their default. */
export function bootParams(options: BootOptions, profile: KernelProfile): HotplugParams {
  const { does } = profile;
  const ratio = options.autoMovableRatio;
  const asked = DEFAULT_ONLINE_TYPE[options.memhpDefaultState ?? does.defaultOnlineType];
  return {
    defaultOnlineType: isDefaultOnlineType(asked, profile) ? asked : DEFAULT_ONLINE_TYPE[does.defaultOnlineType],
    memmapOnMemory: memmapOnMemoryParam(options.memmapOnMemory, profile),
    onlinePolicy: options.onlinePolicy === 'auto-movable' ? 'auto-movable' : 'contig-zones',
    autoMovableRatio: ratio !== undefined && /^\d+$/.test(ratio) ? Number(ratio) : 301,
    autoMovableNumaAware:
      options.autoMovableNumaAware === undefined ? true : (parseKernelBool(options.autoMovableNumaAware) ?? true),
  };
}

function memmapOnMemoryParam(value: string | undefined, profile: KernelProfile): 'off' | 'on' | 'force' {
  if (value === undefined || profile.does.memmapOnMemory === 'none') return 'off';
  if (profile.does.memmapOnMemoryForce && (value === 'force' || value === 'FORCE')) return 'force';
  return (value === '' ? true : parseKernelBool(value)) === true ? 'on' : 'off';
}
