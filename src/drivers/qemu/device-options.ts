/** From the text of `-device`/`device_add` and `-object`/`object_add` to requests, with QEMU's refusals. */

import { BACKEND_TYPES, addBackend, type BackendType, type QemuOutcome, type QemuState } from './qemu.ts';
import { parseInt64, parseQemuBool, parseQemuSize, parseUint64 } from './number.ts';
import { idWellFormed, optionValue, type QemuOption } from './options.ts';
import type { PlugRequest } from './plug.ts';

export const ID_ADVICE = "Identifiers consist of letters, digits, '-', '.', '_', starting with a letter.";

/** What memhp does not model: named, never guessed. */
export interface Unmodelled {
  readonly unmodelled: string;
}

const DIMM_PROPERTIES = ['addr', 'memdev', 'node', 'slot'];
const READ_ONLY = ['size', 'hotplugged', 'hotpluggable'];
const NVDIMM_PROPERTIES = [...DIMM_PROPERTIES, 'label-size', 'unarmed', 'uuid'];
export const PROPERTIES: Readonly<Record<PlugRequest['driver'], readonly string[]>> = {
  'pc-dimm': DIMM_PROPERTIES,
  nvdimm: NVDIMM_PROPERTIES,
  'virtio-mem-pci': ['memaddr', 'memdev', 'node', 'block-size', 'requested-size', 'prealloc', 'unplugged-inaccessible'],
  'virtio-pmem-pci': ['memaddr', 'memdev'],
};
/** Properties of every PCI virtio device: they exist, and are no business of memory. */
const VIRTIO_PCI_PROPERTIES = new Set(
  (
    'bus addr romfile romsize rombar acpi-index multifunction failover_pair_id ats aer page-per-vq ' +
    'virtio-pci-bus-master-bug-migration modern-pio-notify disable-legacy disable-modern migrate-extra indirect_desc ' +
    'iommu_platform use-disabled-flag use-started event_idx any_layout queue_reset notify_on_empty packed hotplugged ' +
    'hotpluggable'
  ).split(' '),
);
const LEAST_LABEL = 128 * 1024;
const VIRTIO_MEM_BLOCK = 2 * 1024 * 1024;

type MutableRequest = { -readonly [K in keyof PlugRequest]: PlugRequest[K] };

/** Types the options of a memory device. `hotplugged` tells a running machine from one that starts. */
export function readDevice(
  state: QemuState,
  driver: PlugRequest['driver'],
  options: readonly QemuOption[],
  hotplugged: boolean,
): PlugRequest | { readonly error: string } | Unmodelled {
  const { arch } = state.machine;
  // Their guests hear of memory by ways of their own: RTAS, SCLP, virtio-ccw.
  if (arch === 's390x' || arch === 'ppc64le') return { unmodelled: `${driver} on ${arch}` };
  const id = optionValue(options, 'id') ?? '';
  if (id !== '' && state.devices.some((device) => device.id === id)) {
    return { error: hotplugged ? `Duplicate device ID '${id}'` : `Duplicate ID '${id}' for device` };
  }
  const isVirtio = driver === 'virtio-mem-pci' || driver === 'virtio-pmem-pci';
  const request: MutableRequest = {
    driver,
    id,
    memdev: undefined,
    addr: 0n,
    slot: -1,
    node: 0,
    labelSize: 0n,
    blockSize: VIRTIO_MEM_BLOCK,
    requestedSize: 0,
    hotplugged,
  };
  for (const [name, value] of new Map(options.map((option) => [option.name, option.value]))) {
    if (name === 'driver' || name === 'id') continue;
    if (driver === 'virtio-mem-pci' && name === 'size') return { error: "Property 'virtio-mem.size' is not writable" };
    if (!isVirtio && READ_ONLY.includes(name)) return { error: `Property '${driver}.${name}' is not writable` };
    if (!PROPERTIES[driver].includes(name)) {
      const exists = isVirtio && (VIRTIO_PCI_PROPERTIES.has(name) || name.startsWith('x-'));
      if (exists) return { unmodelled: `the property ${name} of ${driver}` };
      return { error: `Property '${driver}.${name}' not found` };
    }
    const error = setProperty(state, request, name, value);
    if (error !== undefined) return { error };
  }
  return request;
}

function setProperty(state: QemuState, request: MutableRequest, name: string, value: string): string | undefined {
  if (name === 'memdev') {
    const id = value.replace(/^\/objects\//, '');
    if (id !== '' && !state.backends.has(id)) return `Device '${value}' not found`;
    request.memdev = id;
    return undefined;
  }
  if (name === 'unarmed')
    return parseQemuBool(value) === undefined ? `Parameter '${name}' expects 'on' or 'off'` : undefined;
  // How the host backs memory that is not plugged: nothing a memory map shows.
  if (name === 'uuid' || name === 'prealloc' || name === 'unplugged-inaccessible') return undefined;
  if (name === 'label-size' || name === 'block-size' || name === 'requested-size') {
    const size = parseQemuSize(value);
    if (typeof size === 'string') return `Parameter '${name}' expects size`;
    return setSize(request, name, size.value);
  }
  if (name === 'slot') {
    const slot = parseInt64(value);
    if (slot === undefined) return `Parameter 'slot' expects integer`;
    if (slot !== BigInt.asIntN(32, slot)) return `Parameter 'slot' expects int32_t`;
    request.slot = Number(slot);
    return undefined;
  }
  const number = parseUint64(value);
  if (number === undefined) return `Parameter '${name}' expects integer`;
  if (name === 'node') {
    if (number >= 2n ** 32n) return `Parameter 'node' expects uint32_t`;
    request.node = Number(number);
  } else {
    request.addr = number;
  }
  return undefined;
}

function setSize(request: MutableRequest, name: string, size: bigint): string | undefined {
  if (name === 'label-size') {
    if (size < BigInt(LEAST_LABEL)) {
      const [has, needs] = [size.toString(16), LEAST_LABEL.toString(16)];
      return `Property 'nvdimm.label-size' (0x${has}) is required at least 0x${needs}`;
    }
    request.labelSize = size;
    return undefined;
  }
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) return `Parameter '${name}' expects size`;
  if (name === 'requested-size') {
    request.requestedSize = Number(size);
    return undefined;
  }
  const blockSize = Number(size);
  if (blockSize < 1024 * 1024) return `'block-size' property has to be at least 0x100000`;
  if (!Number.isInteger(Math.log2(blockSize))) return "'block-size' property has to be a power of two";
  request.blockSize = blockSize;
  return undefined;
}

/** Properties of every memory backend that change nothing a guest sees. */
const BOOLEAN_PROPERTIES = ['dump', 'merge', 'prealloc', 'reserve', 'share', 'x-use-canonical-path-for-ramblock-id'];
const FILE_PROPERTIES = ['mem-path', 'discard-data', 'pmem', 'readonly'];
const UNMODELLED_PROPERTIES = [
  'hugetlb',
  'hugetlbsize',
  'align',
  'policy',
  'host-nodes',
  'prealloc-threads',
  'prealloc-context',
];
/** `object_add` types QEMU 7.2 offers beside memory, by `object_add help`. */
const OTHER_TYPES = new Set([
  'authz-list',
  'authz-list-file',
  'authz-simple',
  'can-bus',
  'can-host-socketcan',
  'colo-compare',
  'cryptodev-backend',
  'cryptodev-backend-builtin',
  'cryptodev-vhost-user',
  'dbus-vmstate',
  'filter-buffer',
  'filter-dump',
  'filter-mirror',
  'filter-redirector',
  'filter-replay',
  'filter-rewriter',
  'input-barrier',
  'input-linux',
  'iothread',
  'main-loop',
  'pr-manager-helper',
  'qtest',
  'rng-builtin',
  'rng-egd',
  'rng-random',
  'secret',
  'secret_keyring',
  'sev-guest',
  'thread-context',
  'throttle-group',
  'tls-cipher-suites',
  'tls-creds-anon',
  'tls-creds-psk',
  'tls-creds-x509',
  'x-remote-object',
]);

/** Makes the backend that `-object`/`object_add` options ask for. `sizeText` names a bad size as that syntax does. */
export function makeBackend(
  state: QemuState,
  options: readonly QemuOption[],
  sizeText: string,
): QemuOutcome | Unmodelled {
  const type = optionValue(options, 'qom-type');
  if (type === undefined) return { error: "Parameter 'qom-type' is missing" };
  if (OTHER_TYPES.has(type)) return { unmodelled: `the object type ${type}` };
  if (type === 'memory-backend-epc') return { error: `invalid object type: ${type}` };
  if (!BACKEND_TYPES.includes(type)) return { error: `Parameter 'qom-type' does not accept value '${type}'` };
  const id = optionValue(options, 'id');
  if (id === undefined) return { error: "Parameter 'id' is missing" };
  for (const name of BOOLEAN_PROPERTIES) {
    const value = optionValue(options, name);
    if (value !== undefined && parseQemuBool(value) === undefined)
      return { error: `Parameter '${name}' expects 'on' or 'off'` };
  }
  const sizeOption = optionValue(options, 'size');
  if (sizeOption === undefined) return { error: "Parameter 'size' is missing" };
  const size = parseQemuSize(sizeOption);
  if (typeof size === 'string') return { error: sizeText };
  const isFile = type === 'memory-backend-file';
  if (isFile && optionValue(options, 'mem-path') === undefined) return { error: "Parameter 'mem-path' is missing" };
  for (const { name } of options) {
    if (['qom-type', 'id', 'size', ...BOOLEAN_PROPERTIES].includes(name)) continue;
    if (isFile && FILE_PROPERTIES.includes(name)) continue;
    if (type === 'memory-backend-memfd' && name === 'seal') continue;
    if (UNMODELLED_PROPERTIES.includes(name.replace(/\..*/, '')))
      return { unmodelled: `the property ${name} of ${type}` };
    return { error: `Parameter '${name}' is unexpected` };
  }
  if (!idWellFormed(id)) return { error: `Parameter 'id' expects an identifier\n${ID_ADVICE}` };
  return addBackend(state, type as BackendType, id, size.value);
}
