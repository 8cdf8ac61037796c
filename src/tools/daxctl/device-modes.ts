/** What is done to one device: drivers bound and unbound, sizes and alignments set, modes changed. */

import { EBUSY, EINVAL, ENOSPC, ENXIO, strerror, type Errno } from '../../kernel/errno.ts';
import { loadModule } from '../../drivers/modules.ts';
import { hex } from '../../kernel/units.ts';
import { MEMORY_DIR, readLine } from '../memory-block-dirs.ts';
import type { ToolContext } from '../tool.ts';
import { checkedOnline, offlineMemory, onlineMemory } from './device-memory.ts';
import { libraryError, memoryOf } from './memory-blocks.ts';
import {
  availableSize, bindDevice, driverOf, findDevices, seedOf, unbindDevice, type DaxDevice, type DaxRegionView,
} from './dax-sysfs.ts';

export interface DeviceOptions {
  readonly noOnline: boolean;
  readonly noMovable: boolean;
  readonly force: boolean;
  /** Bytes; −1: not given, or no size. */
  readonly size: number;
  readonly align: number;
}

function isEnabled({ files }: ToolContext, device: DaxDevice): boolean {
  return driverOf(files, device) !== undefined;
}

/** Loads a driver's module and binds it; an error when the device has no driver afterwards. */
function enable(context: ToolContext, device: DaxDevice, driver: 'kmem' | 'device_dax'): Errno {
  if (isEnabled(context, device)) return 0;
  loadModule(context.machine, driver);
  const error = bindDevice(context.files, device, driver);
  if (!isEnabled(context, device)) {
    libraryError(context, 'daxctl_dev_enable', `${device.name}: failed to enable`);
    return error === 0 ? -ENXIO : error;
  }
  findDevices(context.files, device.region);
  return 0;
}

function disable(context: ToolContext, device: DaxDevice): Errno {
  if (!isEnabled(context, device)) return 0;
  device.memory = undefined;
  unbindDevice(context.files, device);
  if (!isEnabled(context, device)) return 0;
  libraryError(context, 'daxctl_dev_disable', `${device.name}: failed to disable`);
  context.stderr(`${device.name}: disable failed: ${strerror(EBUSY)}\n`);
  return -EBUSY;
}

function setSize(context: ToolContext, device: DaxDevice, size: number): Errno {
  if (context.files.write(`${device.path}/size`, `${size === 0 ? '0' : hex(size)}\n`) !== 0) {
    libraryError(context, 'daxctl_dev_set_size', `${device.name}: failed to set size`);
    return -ENXIO;
  }
  device.size = size;
  return 0;
}

function setAlign(context: ToolContext, device: DaxDevice, align: number): Errno {
  if (context.files.write(`${device.path}/align`, `${hex(align)}\n`) !== 0) {
    libraryError(context, 'daxctl_dev_set_align', `${device.name}: failed to set align`);
    return -ENXIO;
  }
  device.align = align;
  return 0;
}

/** Whether the kernel brings memory online by itself as it is added. */
function willAutoOnline({ files }: ToolContext): boolean {
  return readLine(files, `${MEMORY_DIR}/auto_online_blocks`)?.startsWith('online') === true;
}

/** To system-ram: 0, 1 when nothing was left to do, or −errno. */
export function toSystemRam(context: ToolContext, device: DaxDevice, options: DeviceOptions): number {
  const matters = options.noOnline || !options.noMovable;
  if (matters && !options.force && willAutoOnline(context)) {
    context.stderr(`${device.name}: error: kernel policy will auto-online memory, aborting\n`);
    return -EBUSY;
  }
  const memory = isEnabled(context, device) ? memoryOf(context, device) : undefined;
  if (memory !== undefined) context.stderr(`${device.name} was already in system-ram mode\n`);
  else {
    const error = disable(context, device) || enable(context, device, 'kmem');
    if (error !== 0) return error;
  }
  return options.noOnline ? 0 : onlineMemory(context, device, options.noMovable ? 'normal' : 'movable');
}

/** To devdax: 0, 1 when it was, or −errno. */
export function toDevdax(context: ToolContext, device: DaxDevice, options: DeviceOptions): number {
  if (isEnabled(context, device)) {
    if (memoryOf(context, device) === undefined) {
      context.stderr(`${device.name} was already in devdax mode\n`);
      return 1;
    }
    const offline = options.force ? offlineMemory(context, device) : 0;
    if (offline < 0) return offline;
    const online = checkedOnline(context, device);
    if (online !== 0) return online < 0 ? online : -EBUSY;
    const error = disable(context, device);
    if (error !== 0) return error;
  }
  return enable(context, device, 'device_dax');
}

/** Alignment first, then size or mode. Whether there is something to show, or −errno. */
export function reconfigure(
  context: ToolContext, device: DaxDevice, mode: string | undefined, options: DeviceOptions,
): 'show' | Errno {
  if (options.align > 0) {
    const error = setAlign(context, device, options.align);
    if (error !== 0) return error;
  }
  if (options.size >= 0) return setSize(context, device, options.size);
  let result: number;
  if (mode === 'system-ram') result = toSystemRam(context, device, options);
  else if (mode === 'devdax') result = toDevdax(context, device, options);
  else {
    context.stderr(`${device.name}: unknown mode requested: 0\n`);
    return -EINVAL;
  }
  return result < 0 ? result : 'show';
}

/** Whether status operations do not apply; says so. */
function isSystemRam(context: ToolContext, device: DaxDevice): boolean {
  if (memoryOf(context, device) === undefined) return false;
  context.stderr(`${device.name}: status operations are only applicable in devdax mode\n`);
  return true;
}

function enableDevdax(context: ToolContext, device: DaxDevice): Errno {
  const error = enable(context, device, 'device_dax');
  if (error !== 0) context.stderr(`${device.name}: enable failed: ${strerror(error)}\n`);
  return error;
}

/** `enable-device`, which knows devdax only. */
export function enableDevice(context: ToolContext, device: DaxDevice): Errno {
  return isSystemRam(context, device) ? -ENXIO : enableDevdax(context, device);
}

/** `disable-device`, which knows devdax only. */
export function disableDevice(context: ToolContext, device: DaxDevice): Errno {
  return isSystemRam(context, device) ? -ENXIO : disable(context, device);
}

/** Disables the device if told to, gives its memory back and deletes it. */
export function destroyDevice(context: ToolContext, device: DaxDevice, { force }: DeviceOptions): Errno {
  if (isEnabled(context, device) && !force) {
    context.stderr(`${device.name} is active, specify --force for deletion\n`);
    return -ENXIO;
  }
  const error = disable(context, device) || setSize(context, device, 0);
  return error !== 0 ? error : context.files.write(`${device.region.path}/dax_region/delete`, device.name);
}

/**
 * Makes a new device, then sets up the region's seed, which is the oldest that was never bound and seldom the new one.
 * Returns the device that was set up, or −errno.
 */
export function createDevice(context: ToolContext, region: DaxRegionView, options: DeviceOptions): DaxDevice | Errno {
  const { files } = context;
  const created = files.write(`${region.path}/dax_region/create`, '1');
  if (created === 0) findDevices(files, region);
  const device = created === 0 ? seedOf(files, region) : undefined;
  const size = options.size === -1 && device !== undefined ? availableSize(files, region) : options.size;
  if (device === undefined || size <= 0) return -ENOSPC;
  const unaligned = options.align > 0 ? setAlign(context, device, options.align) : 0;
  const error = unaligned || setSize(context, device, size) || enableDevdax(context, device);
  return error === 0 ? device : error;
}
