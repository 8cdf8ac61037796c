/** What QEMU says at its monitor, or as it refuses to start. */

import type { Message, MessageKind } from './message.ts';

function qemu(id: string, kind: MessageKind, title: string, rule: string, wordings: readonly string[], example: string, remedy?: readonly string[]): Message {
  return { id: `qemu-${id}`, by: 'qemu', kind, title, rule, wordings, example, ...(remedy === undefined ? {} : { remedy }) };
}

export const QEMU_MESSAGES: readonly Message[] = [
  qemu(
    'no-hotplug', 'refusal', 'a guest without room for more memory', 'Memory devices lie above RAM in a space whose size is fixed at start: maxmem minus the initial memory.',
    ['memory devices (e.g. for memory hotplug) are not enabled', 'no slots where allocated, please specify the', 'memory hotplug is not enabled: {why:text}'], 'Error: memory devices (e.g. for memory hotplug) are not enabled, please specify the maxmem option',
    ['start the guest with both: `-m 1G,slots=4,maxmem=8G`'],
  ),
  qemu(
    'no-slot', 'refusal', 'no slot for the device', 'Every DIMM takes a slot, and there are as many as `slots=` said (virtio-mem takes none).',
    ['no free slots available', 'slot {slot:dec} is busy', 'invalid slot number {slot}, valid range is'], 'Error: no free slots available', ['more `slots=` at start, or larger DIMMs'],
  ),
  qemu(
    'no-space', 'refusal', 'no room for the device', 'The space for memory devices is used up, or what is free lies in pieces; alignments of 1 GiB and slots take room too.',
    ['not enough space, currently {used:text} in use of total space for memory devices', 'could not find position in guest address space for memory device'],
    'Error: not enough space, currently 0x10000000 in use of total space for memory devices 0x20000000', ['a larger `maxmem=`, or devices in order of size, the largest first'],
  ),
  qemu(
    'placement', 'refusal', 'an address the device cannot have', 'The address given is not aligned as the backend wants, outside the space for memory devices, or another device’s.',
    ['address must be aligned to {unit} bytes', 'backend memory size must be multiple of {unit}', "can't add memory device [{start:hex}:{size:hex}], usable range for memory devices", "address range conflicts with memory device id='{device}'"],
    "Error: can't add memory device [0x10000000:0x8000000], usable range for memory devices [0x100000000:0x1c0000000]",
    ['leave `addr=` out, or take a multiple of the guest’s memory block size inside the range it names'],
  ),
  qemu(
    'nvdimm', 'refusal', 'an NVDIMM that was not plugged', 'NVDIMMs have to be allowed at start, need a backend, and room for their labels; they cannot be unplugged.',
    ["nvdimm is not enabled: missing 'nvdimm' in '-M'", 'is too small to contain nvdimm label', "Property 'nvdimm.label-size' ({size:hex}) is required at least", 'nvdimm device hot unplug is not supported yet', 'nvdimm label ({label})'],
    "Error: nvdimm is not enabled: missing 'nvdimm' in '-M'", ['start with `-M q35,nvdimm=on`'],
  ),
  qemu(
    'backend', 'refusal', 'a backend that cannot be used', 'A memory device needs a backend of its own, made before it and larger than nothing.',
    [
      "'memdev' property must be set", 'memdev property must be set', "can't use already busy memdev: {id}", "'memdev' property specifies a busy memdev: {id}", "Memory backend '{id}' not found",
      "Duplicate ID '{id}' for {what}", "Duplicate device ID '{id}'", "doesn't take value '0'", "attempt to add duplicate property '{id}'", "cannot set up guest memory '{id}': Cannot allocate memory",
      "object '{id}' not found", "object '{id}' is in use, can not be deleted", 'lsa property must be set', 'the size of memdev {id}',
    ],
    "Error: can't use already busy memdev: m1", ['`object_add memory-backend-ram,id=ID,size=SIZE` with an id of its own'],
  ),
  qemu(
    'virtio-mem', 'refusal', 'a virtio-mem size that is not made of its blocks', 'requested-size is a multiple of block-size and at most the backend’s size; block-size is a power of two of at least 1 MiB and is fixed.',
    ["'requested-size' property has to be multiples of 'block-size'", "'requested-size' has to be multiples of 'block-size'", "'requested-size' cannot exceed the memory backend size", "'block-size' property has to be at least", "'block-size' property has to be a power of two", "'block-size' cannot be changed", "Property 'virtio-mem.size' is not writable"],
    "Error: 'requested-size' has to be multiples of 'block-size' (0x200000)", ['`qom-set DEVICE requested-size SIZE` with a multiple of the block it names'],
  ),
  qemu(
    'node', 'refusal', 'a NUMA node the guest does not have', 'The node must be one of those the guest was started with.',
    ["which exceeds the number of numa nodes: {count}", "'DIMM property node has value {value}", "'node' property has value '{value}'", 'total memory for NUMA nodes ({total}) should equal RAM size', 'Max number of NUMA nodes reached', 'Duplicate NUMA nodeid', 'numa: Node ID missing', 'CPU(s) already present in a NUMA node', 'memdev={id} is ambiguous', 'Parameter -numa node,mem is not supported', 'Use -numa node,memdev instead'],
    "Error: 'DIMM property node has value 3' which exceeds the number of numa nodes: 2", ['`-numa node,nodeid=N,memdev=ID` for each node at start'],
  ),
  qemu(
    'memory-option', 'refusal', 'a -m option that does not add up', 'maxmem counts the initial memory too and is larger than it; slots (at most 256) and maxmem go together.',
    [
      'slots specified but no max-size', 'invalid value of maxmem: {why:text}', 'maximum memory size ({most}) must be at least the initial memory size', 'unsupported amount of memory slots: {slots}',
      'maximum memory size must by aligned to multiple of', 'memory slots were specified but maximum memory size', 'is equal to the initial memory size ({size})', 'phys-bits too low ({bits})', 'Machine memory size does not match the size of the memory backend',
    ],
    'qemu-system-x86_64: invalid value of maxmem: maximum memory size (0x20000000) must be at least the initial memory size (0x40000000)', ['`-m 1G,slots=4,maxmem=8G`'],
  ),
  qemu(
    'cxl', 'refusal', 'a CXL part that does not fit', 'Windows are multiples of 256 MiB with 1, 2, 4, 8 or 16 targets that exist; CXL is switched on at the machine.',
    ['Size of a CXL fixed memory window must my a multiple of 256MiB', 'Interleave ways: {ways} not supported', 'Interleave granularity: {value} invalid', 'Could not resolve CXLFM target {target}', 'CXL host bridges present, but cxl=off', 'Bus {bus} is already in use', "Bus '{bus}' not found", 'Bus {bus} does not support hotplugging'],
    'Size of a CXL fixed memory window must my a multiple of 256MiB', ['`-M q35,cxl=on,cxl-fmw.0.targets.0=BUS,cxl-fmw.0.size=4G`'],
  ),
  qemu(
    'device', 'refusal', 'a device QEMU does not find or plug', 'The name is not that of a device, or it is not one that can be plugged while the guest runs.',
    ["is not a valid device model name", 'is not a hotpluggable device', "Device '{id}' not found", "No 'virtio-bus' bus found for device", 'invalid object type: {type}', "Property '{name}' not found", "Property '{name}' is not writable", 'after it was realized', 'is out of range for parameter'],
    "Error: Device 'd1' not found", ['`info memory-devices` lists what is plugged, `device_add help` what can be'],
  ),
  qemu(
    'parameter', 'refusal', 'a parameter QEMU cannot read', 'A value is missing or of another kind than the option takes.',
    [
      "Parameter '{name}' is missing", "Parameter '{name}' expects {what:text}", "Parameter '{name}' is unexpected", "Parameter '{name}' does not accept value", "Invalid parameter '{name}'", "Invalid parameter ''",
      "Expected '=' after parameter", "Parameter '{name}' missing", 'unsupported machine type', 'Use -machine help to list supported machines', 'string expected', "unable to find CPU model '{model}'", 'phys-bits should be between 32 and 52', "CPU model 'host' requires KVM",
      'Invalid CPU topology', 'Invalid SMP CPUs', 'maxcpus must be equal to or greater than smp', 'Identifiers consist of letters', 'CPU index (', 'product of the hierarchy must match maxcpus', 'sockets (',
    ],
    "Error: Parameter 'size' expects a size value", ['sizes take a suffix: `size=512M`'],
  ),
  qemu(
    'monitor', 'notice', 'the monitor’s own words', 'An answer of the monitor.',
    ["unknown command: '{word:text}'", 'for more information', 'extraneous characters at the end of line', 'Memory device [{kind}]: "{id}"', 'base memory: {bytes:dec}', 'plugged memory: {bytes:dec}', 'Optional suffix k, M, G, T, P or E means', 'and exabytes, respectively', 'Using a multiplier suffix on hex numbers is deprecated'],
    "unknown command: 'devise_add'",
  ),
];
