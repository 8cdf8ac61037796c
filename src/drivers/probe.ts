/** What the driver core says when a driver does not take a device. */

import { ENODEV, ENXIO, type Errno } from '../kernel/errno.ts';
import type { Kernel } from '../kernel/kernel.ts';

/**
 * Logs a failed probe. −ENODEV and −ENXIO only mean "not mine" and stay silent.
 * @kernel drivers/base/dd.c: call_driver_probe
 */
export function logProbeFailure(kernel: Kernel, driver: string, device: string, error: Errno): void {
  if (error === 0 || error === -ENODEV || error === -ENXIO) return;
  const text = kernel.profile.does.probeFailureNamesDevice
    ? `${driver} ${device}: probe with driver ${driver} failed with error ${error}`
    : `${driver}: probe of ${device} failed with error ${error}`;
  kernel.printk(4, text);
}
