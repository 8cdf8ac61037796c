/** Virtio in sysfs: /sys/bus/virtio, the devices on it, and the parameters of virtio_mem. */

import type { Machine } from '../drivers/machine.ts';
import { virtioMemBind, virtioMemUnbind } from '../drivers/virtio-mem/probe.ts';
import { setVirtioMem, type VirtioMemParams } from '../drivers/virtio-mem/state.ts';
import { virtioDevices, virtioHardware, type VirtioDevice } from '../drivers/virtio-mem/virtio-bus.ts';
import { virtioMemParameterNames } from '../drivers/virtio-mem/virtio-mem-modules.ts';
import { EBUSY, EINVAL, ENODEV, type Errno } from '../kernel/errno.ts';
import { parseKernelBool } from '../kernel/params.ts';
import {
  directory,
  dynamicDirectory,
  link,
  readOnly,
  readWrite,
  UNKNOWN_DIRECTORY,
  UNKNOWN_FILE,
  type DirectoryEntry,
  type Entry,
  type FileEntry,
} from './entries.ts';
import { ndParentDirectory } from './nd-files.ts';

/** @kernel include/uapi/linux/virtio_ids.h: VIRTIO_ID_MEM, VIRTIO_ID_PMEM */
const VIRTIO_ID = { mem: 0x18, pmem: 0x1b } as const;
const PCI_ROOT = 'pci0000:00';

/** Drivers of the bus that Debian's 6.12 has built in, beside the bus. Recorded there. */
const BUILT_IN_DRIVERS = ['virtio_console', 'virtio_rproc_serial', 'virtiofs'];

function writeOnly(write: (text: string) => Errno): FileEntry {
  return { kind: 'file', write };
}

/** The driver a device is bound to, as far as memhp knows: those of pmem devices are libnvdimm's. */
function isBound(machine: Machine, device: VirtioDevice): boolean {
  return device.kind === 'mem' && machine.devices.virtioMem.bound.has(device.name);
}

/** @kernel drivers/virtio/virtio.c: virtio_dev_attrs */
function deviceDirectory(machine: Machine, device: VirtioDevice): DirectoryEntry {
  const id = VIRTIO_ID[device.kind];
  const hex = (digits: number): string => id.toString(16).toUpperCase().padStart(digits, '0');
  return directory({
    device: readOnly(() => `0x${id.toString(16).padStart(4, '0')}\n`),
    driver: isBound(machine, device) ? link('../../../../bus/virtio/drivers/virtio_mem') : undefined,
    features: UNKNOWN_FILE,
    modalias: readOnly(() => `virtio:d${hex(8)}v00001AF4\n`),
    power: UNKNOWN_DIRECTORY,
    // Acknowledged; with a driver also driven, its features settled, and at work. Of pmem devices memhp does not know.
    status:
      device.kind === 'mem'
        ? readOnly(() => (isBound(machine, device) ? '0x0000000f\n' : '0x00000001\n'))
        : UNKNOWN_FILE,
    subsystem: link('../../../../bus/virtio'),
    uevent: UNKNOWN_FILE,
    vendor: readOnly(() => '0x1af4\n'),
  });
}

function find(machine: Machine, text: string): VirtioDevice | undefined {
  const name = text.replace(/\n$/, '');
  return virtioDevices(machine).find((device) => device.kind === 'mem' && device.name === name);
}

/** @kernel drivers/base/bus.c: bind_store */
function bind(machine: Machine, text: string): Errno {
  const device = find(machine, text);
  if (device === undefined) return -ENODEV;
  return isBound(machine, device) ? -EBUSY : virtioMemBind(machine, device);
}

/** @kernel drivers/base/bus.c: unbind_store */
function unbind(machine: Machine, text: string): Errno {
  const device = find(machine, text);
  if (device === undefined || !isBound(machine, device)) return -ENODEV;
  virtioMemUnbind(machine, device.name);
  const { left } = machine.devices.virtioMem;
  setVirtioMem(machine, { left: new Set(left).add(device.name) });
  return 0;
}

function driverDirectory(machine: Machine): DirectoryEntry {
  const bound = (): VirtioDevice[] => virtioDevices(machine).filter((device) => isBound(machine, device));
  return dynamicDirectory(
    directory({
      bind: writeOnly((text) => bind(machine, text)),
      module: link('../../../../module/virtio_mem'),
      uevent: writeOnly(() => 0),
      unbind: writeOnly((text) => unbind(machine, text)),
    }),
    () => bound().map((device) => device.name),
    (name) => {
      const device = bound().find((each) => each.name === name);
      return device && link(`../../../../devices/${PCI_ROOT}/${device.pciAddress}/${name}`);
    },
  );
}

/** /sys/bus/virtio, once the kernel has the bus. */
export function virtioBusDirectory(machine: Machine): DirectoryEntry | undefined {
  const { modules } = machine.devices;
  const has = (name: string): boolean => modules.includes(name);
  if (!machine.kernel.profile.does.virtioBuiltIn && !has('virtio_pci') && !has('virtio_mem')) return undefined;
  const devices = dynamicDirectory(
    directory({}),
    () => virtioDevices(machine).map((device) => device.name),
    (name) => {
      const device = virtioDevices(machine).find((each) => each.name === name);
      return device && link(`../../../devices/${PCI_ROOT}/${device.pciAddress}/${name}`);
    },
  );
  const builtIn = machine.kernel.profile.does.virtioBuiltIn ? BUILT_IN_DRIVERS : [];
  const drivers = directory({
    ...Object.fromEntries(builtIn.map((name) => [name, UNKNOWN_DIRECTORY])),
    virtio_mem: has('virtio_mem') ? driverDirectory(machine) : undefined,
  });
  return directory({
    devices,
    drivers,
    drivers_autoprobe: UNKNOWN_FILE,
    drivers_probe: UNKNOWN_FILE,
    uevent: UNKNOWN_FILE,
  });
}

/** A device's directory; a pmem device's holds the bus of its region. */
function withBus(machine: Machine, device: VirtioDevice): DirectoryEntry {
  const bus = ndParentDirectory(machine, `${PCI_ROOT}/${device.pciAddress}/${device.name}`);
  const own = deviceDirectory(machine, device);
  return bus === undefined
    ? own
    : dynamicDirectory(
        own,
        () => bus.names().filter((name) => name.startsWith('ndbus')),
        (name) => bus.entry(name),
      );
}

/** /sys/devices/pci0000:00, as far as virtio devices stand there. */
export function pciDirectory(machine: Machine): DirectoryEntry | undefined {
  if (virtioHardware(machine).length === 0) return undefined;
  const table: Record<string, Entry> = {};
  for (const device of virtioHardware(machine)) {
    const present = virtioDevices(machine).some((each) => each.name === device.name);
    const entry = present ? withBus(machine, device) : undefined;
    table[device.pciAddress] = directory(
      { [device.name]: entry },
      { complete: false, lacks: (name) => name === device.name },
    );
  }
  return directory(table, { complete: false });
}

/** The name of the host bridge's directory under /sys/devices. */
export const PCI_DIRECTORY = PCI_ROOT;

/** /sys/module/virtio_mem/parameters: all but one are fixed when the module is loaded. */
export function virtioMemParameters(machine: Machine): DirectoryEntry {
  const params = (): VirtioMemParams => machine.devices.virtioMem.params;
  const bool = (value: boolean): string => (value ? 'Y\n' : 'N\n');
  const entries: Readonly<Record<string, Entry>> = {
    bbm_block_size: readOnly(() => `${params().bbmBlockSize}\n`),
    bbm_safe_unplug: readOnly(() => bool(params().bbmSafeUnplug)),
    force_bbm: readOnly(() => bool(params().forceBbm)),
    unplug_online: readWrite(
      () => bool(params().unplugOnline),
      (text) => {
        const value = parseKernelBool(text);
        if (value === undefined) return -EINVAL;
        setVirtioMem(machine, { params: { ...params(), unplugOnline: value } });
        return 0;
      },
    ),
  };
  const names = virtioMemParameterNames(machine.kernel.profile.does);
  return directory(Object.fromEntries(names.map((name) => [name, entries[name]])));
}
