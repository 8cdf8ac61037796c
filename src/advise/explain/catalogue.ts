/** Every message `explain` knows. */

import type { Message } from './message.ts';
import { BOOT_MESSAGES } from './messages-boot.ts';
import { CXL_MESSAGES, DAXCTL_MESSAGES } from './messages-daxctl.ts';
import { DAX_MESSAGES } from './messages-dax.ts';
import { DEVICE_MESSAGES } from './messages-devices.ts';
import { HOTPLUG_MESSAGES } from './messages-hotplug.ts';
import { MEMREMAP_MESSAGES } from './messages-memremap.ts';
import { NDCTL_MESSAGES } from './messages-ndctl.ts';
import { NVDIMM_MESSAGES } from './messages-nvdimm.ts';
import { OFFLINE_MESSAGES } from './messages-offline.ts';
import { QEMU_MESSAGES } from './messages-qemu.ts';
import { SHELL_MESSAGES } from './messages-shell.ts';

export interface CatalogueGroup {
  readonly title: string;
  readonly messages: readonly Message[];
}

export const CATALOGUE: readonly CatalogueGroup[] = [
  { title: 'RAM that comes', messages: HOTPLUG_MESSAGES },
  { title: 'RAM that goes', messages: OFFLINE_MESSAGES },
  { title: 'Struct pages for devices, and resources', messages: MEMREMAP_MESSAGES },
  { title: 'Persistent memory', messages: NVDIMM_MESSAGES },
  { title: 'device-dax and kmem', messages: DAX_MESSAGES },
  { title: 'virtio-mem, ACPI, CXL, the driver core', messages: DEVICE_MESSAGES },
  { title: 'ndctl', messages: NDCTL_MESSAGES },
  { title: 'daxctl', messages: DAXCTL_MESSAGES },
  { title: 'cxl', messages: CXL_MESSAGES },
  { title: 'chmem, lsmem, the shell', messages: SHELL_MESSAGES },
  { title: "QEMU's monitor", messages: QEMU_MESSAGES },
  { title: 'Boot', messages: BOOT_MESSAGES },
];

export const MESSAGES: readonly Message[] = CATALOGUE.flatMap((group) => group.messages);
