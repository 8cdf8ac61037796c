/** What a program's words of refusal mean: which of its own checks spoke. The words come from the path that decided. */

import type { CheckStep } from '../kernel/explain.ts';

interface Refusal {
  /** Its named groups are the values. */
  readonly says: RegExp;
  /** The function or option the check belongs to. */
  readonly fn: string;
  readonly condition: string;
}

const QEMU: readonly Refusal[] = [
  { says: /Duplicate (?:device )?ID '(?<id>[^']*)'/, fn: 'id', condition: 'no other device has this id' },
  { says: /attempt to add duplicate property '(?<id>[^']*)'/, fn: 'object_add id', condition: 'no other object has this id' },
  { says: /doesn't take value '0'/, fn: 'host_memory_backend_set_size', condition: 'the size is more than 0' },
  { says: /cannot set up guest memory '(?<id>[^']*)'/, fn: 'qemu_ram_alloc', condition: 'the host can hold that much memory' },
  { says: /Device '(?<name>[^']*)' not found/, fn: 'object lookup', condition: 'a device or object of this name exists' },
  { says: /object '(?<name>[^']*)' not found/, fn: 'object lookup', condition: 'an object of this name exists' },
  { says: /object '(?<name>[^']*)' is in use/, fn: 'object_del', condition: 'no device uses the object' },
  { says: /Property '(?<property>[^']*)' not found/, fn: 'object_property_find_err', condition: 'the device has this property' },
  { says: /Property '(?<property>[^']*)' is not writable/, fn: 'object_property_set', condition: 'the property can be written' },
  { says: /Parameter '(?<parameter>[^']*)' is missing/, fn: 'visitor', condition: 'every required parameter is given' },
  { says: /Parameter '(?<parameter>[^']*)' (?<expects>expects .*|does not accept .*)/, fn: 'visitor', condition: 'each parameter has a value of its kind' },
  { says: /Parameter '(?<parameter>[^']*)' is unexpected/, fn: 'visitor', condition: 'the object has every parameter given' },
  { says: /'(?<driver>[^']*)' is not a valid device model name/, fn: 'device_add', condition: 'the driver is a device model of this QEMU' },
  { says: /does not support hotplugging/, fn: 'qdev_device_add', condition: 'the bus takes devices while the machine runs' },
  { says: /No '(?<bus>[^']*)' bus found/, fn: 'qdev_device_add', condition: 'there is a bus for the device' },
  { says: /'requested-size' has to be multiples of 'block-size' \((?<blockSize>0x[\da-f]+)\)/, fn: 'virtio_mem_set_requested_size', condition: "the requested size is a multiple of the device's block size" },
  { says: /'requested-size' cannot exceed the memory backend size\((?<backendSize>0x[\da-f]+)\)/, fn: 'virtio_mem_set_requested_size', condition: 'the requested size is no more than the memory behind the device' },
  { says: /'block-size' cannot be changed/, fn: 'virtio_mem_set_block_size', condition: 'the block size is set before the device is realized' },
  { says: /hot unplug is not supported/, fn: 'pc_memory_unplug_request', condition: 'the device is no NVDIMM: those stay' },
  { says: /is not a hotpluggable device/, fn: 'qmp_device_del', condition: 'what is named is a device' },
  { says: /label-size' \((?<labelSize>0x[\da-f]+)\) is required at least (?<least>0x[\da-f]+)/, fn: 'nvdimm_set_label_size', condition: 'the label area has at least the least size' },
  { says: /^unknown command/, fn: 'monitor', condition: 'the monitor has this command' },
  { says: /^Try "help |extraneous|expected$/, fn: 'monitor', condition: 'the line has the arguments the command takes' },
];

const NDCTL: readonly Refusal[] = [
  { says: /Legacy \/ label-less namespaces do not support sub-dividing/, fn: 'create-namespace --size', condition: 'the size is that of the whole region, or the region keeps labels' },
  { says: /Kernel does not support devdax mode/, fn: 'create-namespace --mode=devdax', condition: 'the region has a dax seed' },
  { says: /does not support setting an alignment/, fn: 'create-namespace --align', condition: 'the mode is fsdax or devdax' },
  { says: /cannot support requested mode/, fn: 'create-namespace --mode', condition: 'the region has a pfn seed' },
  { says: /align setting is (?<align>0x[\da-f]+) size (?<size>0x[\da-f]+) is misaligned/, fn: 'create-namespace --size', condition: "the size is a multiple of the region's align setting" },
  { says: /unsupported align: (?<align>\S*)/, fn: 'create-namespace --align', condition: 'the kernel lists the alignment as supported' },
  { says: /must align to interleave-width: (?<ways>\d+) and alignment: (?<align>\d+)/, fn: 'create-namespace --size', condition: 'the size is a multiple of the interleave ways times the alignment' },
  { says: /must be >= 16MiB for '(?<mode>\w+)' mode/, fn: 'create-namespace --size', condition: 'the size is at least 16M, or the mode is raw' },
  { says: /(?<namespace>\S+) misaligned to 16M/, fn: 'create-namespace', condition: 'the namespace begins at a multiple of 16M, or --force is given' },
  { says: /(?<namespace>\S+) is active, specify --force/, fn: 'create-namespace --reconfig', condition: 'the namespace is disabled, or --force is given' },
  { says: /(?<namespace>\S+): read-only/, fn: 'create-namespace --reconfig', condition: 'the region can be written' },
  { says: /does not support (?:btt|namespace) sector_size (?<sectorSize>\d+)/, fn: 'create-namespace --sector-size', condition: 'the sector size is one the kernel lists' },
  { says: /sector_size: (?<sectorSize>\d+) not supported/, fn: 'create-namespace --sector-size', condition: 'the sector size is one the kernel lists' },
  { says: /--map= only valid for fsdax/, fn: 'create-namespace --map', condition: 'the mode is fsdax or devdax' },
  { says: /alt name overflow/, fn: 'create-namespace --name', condition: 'the name has fewer than 64 characters' },
  { says: /--size=(?<size>\S*) not aligned to (?<align>\S+)/, fn: 'write-infoblock --size', condition: 'the size is a multiple of the alignment' },
  { says: /unknown parameter|Unknown|usage:|Usage:|unknown option/i, fn: 'options', condition: 'every word of the line is one ndctl takes' },
  { says: /invalid mode: '(?<mode>[^']*)'/, fn: '--mode', condition: 'the mode is raw, sector, fsdax or devdax' },
  { says: /(?<device>\S+) is active, skipping/, fn: 'labels', condition: 'no active region uses the DIMM' },
  { says: /labels already initialized/, fn: 'init-labels', condition: 'the DIMM has no labels yet, or --force is given' },
  { says: /regions active, abort label write/, fn: 'labels', condition: 'no active region uses the DIMM' },
  { says: /failed to (?:create|reconfigure) namespace: No space left/, fn: 'create-namespace', condition: 'a region has room for the namespace' },
  { says: /failed to (?:create|reconfigure) namespace: No such device or address/, fn: 'create-namespace', condition: 'a region or namespace is as the line names it' },
  { says: /error (?:enabling|disabling|destroying|checking) namespaces: No such device or address/, fn: 'namespace lookup', condition: 'a namespace is as the line names it' },
  { says: /error (?<doing>\w+) namespaces: (?<error>.+)/, fn: 'namespace commands', condition: 'the namespace lets it be done' },
  { says: /(?:en|dis)abled 0 regions/, fn: 'region lookup', condition: 'a region is as the line names it' },
  { says: /failed to initialize labels/, fn: 'init-labels', condition: 'labels can be written to every DIMM of the region' },
];

const DAXCTL: readonly Refusal[] = [
  { says: /(?<device>\S+): error: kernel policy will auto-online memory/, fn: 'reconfigure-device --mode=system-ram', condition: 'the kernel does not put new memory on line by itself, or --force is given' },
  { says: /(?<device>\S+): disable failed/, fn: 'daxctl_dev_disable', condition: 'the device lets go of its driver' },
  { says: /memory operations are not applicable in devdax mode/, fn: 'memory commands', condition: 'the device is in system-ram mode' },
  { says: /status operations are only applicable in devdax mode/, fn: 'status commands', condition: 'the device is in devdax mode' },
  { says: /(?<device>\S+) is active, specify --force/, fn: 'destroy-device', condition: 'the device is disabled, or --force is given' },
  { says: /failed to (?<what>online|offline) (?<sections>\d+) memory sections/, fn: 'memory commands', condition: 'every memory block of the device follows' },
  { says: /error creating devices: No space left/, fn: 'create-device', condition: 'the region has room for the device' },
  { says: /failed to set (?<attribute>size|align)/, fn: 'daxctl_dev_set_size', condition: 'the kernel takes the value' },
  { says: /unknown mode requested/, fn: 'reconfigure-device --mode', condition: 'the mode is devdax or system-ram' },
  { says: /Unknown|usage:|unknown option/i, fn: 'options', condition: 'every word of the line is one daxctl takes' },
  { says: /: (?:No such device|No such device or address)$/m, fn: 'device lookup', condition: 'a device is as the line names it' },
];

const CHMEM: readonly Refusal[] = [
  { says: /Size must be aligned to memory block size \((?<blockSize>\w+)\)/, fn: 'parse_parameter', condition: 'the size is a multiple of the memory block size' },
  { says: /\(end address \+ 1\) must be aligned to memory block size \((?<blockSize>\w+)\)/, fn: 'parse_range_parameter', condition: 'the range begins and ends at multiples of the memory block size' },
  { says: /Could only (?<what>enable|disable) (?<done>\S+) of memory/, fn: 'chmem_size', condition: 'there are as many blocks that follow' },
  { says: /Zone mismatch/, fn: 'chmem_onoff --zone', condition: 'the zone is among those the block may go to' },
  { says: /Invalid (?:range|parameter|start|end)|Failed to parse/, fn: 'parse_parameter', condition: 'what to change is a size, a range of addresses or, with -b, of blocks' },
  { says: /unknown memory zone/, fn: 'zone_name_to_id', condition: 'the zone is one of the kernel’s' },
];

const SHELL: readonly Refusal[] = [
  { says: /can't create (?<path>\S+): nonexistent directory/, fn: 'open', condition: 'the directory of the file exists' },
  { says: /can't create (?<path>\S+): Permission denied/, fn: 'open', condition: 'the file exists and can be written' },
  { says: /can't create (?<path>\S+): Is a directory/, fn: 'open', condition: 'what is written to is a file' },
  { says: /can't open (?<path>\S+):/, fn: 'open', condition: 'the file exists and can be read' },
  { says: /sh: (?<command>\S+): not found/, fn: 'command lookup', condition: 'the machine has a command of this name' },
  { says: /syntax error/, fn: 'parser', condition: 'the line is one the shell can read' },
];

const FILES: readonly Refusal[] = [
  { says: /can't open '?(?<path>[^':]+)'?: No such file or directory/, fn: 'open', condition: 'the file exists' },
  { says: /can't open '?(?<path>[^':]+)'?: (?<error>[A-Z].*)/, fn: 'open', condition: 'the file can be read' },
  { says: /: (?<path>\/\S+): No such file or directory/, fn: 'open', condition: 'the file exists' },
  { says: /: (?<path>\/\S+): (?<error>.+)$/m, fn: 'read', condition: 'the file can be read' },
  { says: /module (?<module>\S+) not found/, fn: 'modules.dep', condition: 'the kernel has this module' },
  { says: /can't unload module '(?<module>[^']*)'/, fn: 'delete_module', condition: 'no loaded module and no device in use needs it' },
];

const OF_PROGRAM: Readonly<Record<string, readonly Refusal[]>> = {
  QEMU, ndctl: NDCTL, daxctl: DAXCTL, chmem: CHMEM, sh: SHELL,
};

/** What was found, numbers as numbers. */
function valuesOf(groups: Readonly<Record<string, string | undefined>>): Record<string, string | number> {
  const given = Object.entries(groups).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, /^(?:0x[\da-f]{1,12}|\d{1,15})$/.test(text) ? Number(text) : text]));
}

/** The check behind a program's refusal; where its words are none we know, they stand for themselves. */
export function refusalOf(program: string, said: string, status: number, command = ''): Omit<CheckStep, 'passed'> {
  const words = said.slice(-4000).trim();
  const own = Object.hasOwn(OF_PROGRAM, program) ? (OF_PROGRAM[program] as readonly Refusal[]) : [];
  for (const { says, fn, condition } of [...own, ...FILES]) {
    const found = says.exec(words);
    if (found === null) continue;
    return { file: program, fn, condition, values: valuesOf(found.groups ?? {}) };
  }
  const last = words.slice(words.lastIndexOf('\n') + 1);
  const fn = command === '' ? 'exit status' : command;
  if (last === '') return { file: program, fn, condition: 'what it tests holds', values: { exit: status } };
  return { file: program, fn, condition: 'it finds nothing to complain about', values: { says: last.slice(0, 300) } };
}
