/** `qom-set` and `qom-get`, for the properties of memory devices: QEMU 7.2's answers in its own words. */

import { parseQemuSize } from '../drivers/qemu/number.ts';
import { setRequestedSize } from '../drivers/qemu/virtio-mem.ts';
import { refused, type QemuMemoryDevice, type QemuState } from '../drivers/qemu/qemu.ts';
import { errorLines, EXTRANEOUS, usage, type MonitorAnswer } from './monitor-answer.ts';
import { hasMore, monitorWord } from './monitor-line.ts';
import { NotModelled } from './tool.ts';

const PERIPHERAL = '/machine/peripheral/';
const NOT_A_SIZE = [
  "Parameter 'requested-size' expects a non-negative number below 2^64",
  'Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-',
  'and exabytes, respectively.',
].join('\n');

/** The memory device a path or an id names, with or without the virtio device inside; or QEMU's complaint. */
function resolve(state: QemuState, path: string): QemuMemoryDevice | string {
  const name = path.replace(/\/virtio-backend$/, '');
  const id = name.startsWith(PERIPHERAL) ? name.slice(PERIPHERAL.length) : name;
  const found = state.devices.find((device) => device.id !== '' && device.id === id);
  if (found !== undefined) return found;
  const anonymous = /^\/machine\/peripheral-anon\/device\[(\d{1,9})\]$/.exec(name);
  const unnamed = anonymous && state.devices.filter((device) => device.id === '')[Number(anonymous[1])];
  if (unnamed !== null && unnamed !== undefined) return unnamed;
  const others =
    (name.startsWith('/machine') && !name.startsWith('/machine/peripheral')) || name.startsWith('/objects');
  if (others || state.backends.has(name)) throw new NotModelled(`QEMU's object ${path.slice(0, 60)} is not modelled`);
  return `Device '${path}' not found`;
}

/** Properties that `qom-get` shows. */
function property(device: QemuMemoryDevice, name: string): string | number | undefined {
  const { driver } = device;
  const virtio = driver === 'virtio-mem-pci' || driver === 'virtio-pmem-pci';
  if (name === 'type') return driver;
  if (name === 'memdev') return `/objects/${device.memdev}`;
  if (name === (virtio ? 'memaddr' : 'addr')) return device.addr;
  if (name === 'node' && driver !== 'virtio-pmem-pci') return device.node;
  if (name === 'size' && driver === 'virtio-mem-pci') return device.pluggedSize;
  if (name === 'block-size' && driver === 'virtio-mem-pci') return device.blockSize;
  if (name === 'requested-size' && driver === 'virtio-mem-pci') return device.requestedSize;
  return undefined;
}

/** Properties these devices have beside those memhp shows. */
const OTHER_PROPERTIES = new Set(
  (
    'parent_bus realized hotplugged hotpluggable failover_pair_id addr size slot label-size unarmed uuid romfile ' +
    'romsize rombar acpi-index multifunction legacy-addr migrate-extra ats aer page-per-vq virtio-backend virtio-bus ' +
    'virtio-pci-bus-master-bug-migration modern-pio-notify disable-legacy disable-modern indirect_desc ' +
    'iommu_platform use-disabled-flag use-started event_idx any_layout queue_reset notify_on_empty packed prealloc ' +
    'unplugged-inaccessible'
  ).split(' '),
);

function unknownProperty(device: QemuMemoryDevice, name: string): string {
  if (OTHER_PROPERTIES.has(name) || name.startsWith('x-')) throw new NotModelled(`the property ${name} of ${device.driver} is not modelled`);
  return `Property '${device.driver}.${name}' not found`;
}

/** `qom-get PATH PROPERTY`: the value as JSON. */
export function qomGet(state: QemuState, args: string): MonitorAnswer {
  const path = monitorWord(args, 0);
  const name = path && monitorWord(args, path.end);
  if (path === undefined || name === undefined) return { state, output: usage('qom-get', 'string expected') };
  if (hasMore(args, name.end)) return { state, output: usage('qom-get', EXTRANEOUS) };
  const device = resolve(state, path.word);
  if (typeof device === 'string') return { state, output: errorLines(device) };
  const value = property(device, name.word);
  if (value === undefined) return { state, output: errorLines(unknownProperty(device, name.word)) };
  return { state, output: [JSON.stringify(value)] };
}

/** `qom-set [-j] PATH PROPERTY VALUE`; the value reaches to the end of the line. The guest hears even of no change. */
export function qomSet(state: QemuState, args: string): MonitorAnswer {
  const isJson = /^-j\s/.test(args);
  const path = monitorWord(args, isJson ? 2 : 0);
  const name = path && monitorWord(args, path.end);
  const text = name === undefined ? '' : args.slice(name.end).trim();
  if (path === undefined || name === undefined || text === '') {
    return { state, output: usage('qom-set', 'string expected') };
  }
  const device = resolve(state, path.word);
  if (typeof device === 'string') return { state, output: errorLines(device) };
  const fail = (error: string): MonitorAnswer => ({ state, output: errorLines(error) });
  if (device.driver === 'virtio-mem-pci' && name.word === 'requested-size') {
    if (isJson && !/^\d+$/.test(text)) throw new NotModelled('a JSON value that is no plain number is not modelled');
    const size = parseQemuSize(text);
    if (size === 'range') return fail(`Value '${text.slice(0, 100)}' is out of range for parameter 'requested-size'`);
    if (size === 'invalid') return fail(NOT_A_SIZE);
    const changed = setRequestedSize(state, device, size.value);
    if (refused(changed)) return fail(changed.error);
    return { state: changed, output: [], request: { kind: 'virtio-mem-config', addr: device.addr } };
  }
  if (device.driver === 'virtio-mem-pci' && name.word === 'block-size') return fail("'block-size' cannot be changed");
  if (device.driver === 'virtio-mem-pci' && name.word === 'size')
    return fail("Property 'virtio-mem.size' is not writable");
  if (device.driver === 'virtio-mem-pci' && ['memaddr', 'node'].includes(name.word)) {
    return fail(`Attempt to set property '${name.word}' on anonymous device (type 'virtio-mem') after it was realized`);
  }
  if (property(device, name.word) !== undefined) {
    throw new NotModelled(`setting ${name.word} of ${device.driver} is not modelled`);
  }
  return fail(unknownProperty(device, name.word));
}
