/** A machine around which there is nothing yet. Each part of DeviceState has its empty constant here. */

import { NO_ACPI_MEMORY } from './acpi-memory.ts';
import { NO_CXL } from './cxl/state.ts';
import { NO_DAX } from './dax/state.ts';
import type { DeviceState } from './machine.ts';
import { NO_MEDIA } from './nvdimm/media.ts';
import { NO_NVDIMM } from './nvdimm/state.ts';
import { DEFAULT_SEED } from './random.ts';
import { NO_VIRTIO_MEM } from './virtio-mem/state.ts';

export const NO_DEVICES: DeviceState = {
  cmdline: '',
  modules: [],
  qemu: undefined,
  acpiMemory: NO_ACPI_MEMORY,
  nvdimm: NO_NVDIMM,
  dax: NO_DAX,
  cxl: NO_CXL,
  virtioMem: NO_VIRTIO_MEM,
  media: NO_MEDIA,
  random: DEFAULT_SEED,
};
