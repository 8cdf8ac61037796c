/** CXL objects as `cxl list` shows them. Keys stand in the order the tool puts them. */

import type { FileTree } from '../../sysfs/file-tree.ts';
import type { JsonObject, JsonValue } from '../ndctl/json-c.ts';
import { jsonHex, jsonSize } from '../ndctl/size.ts';
import {
  attribute, attributeText, busDevice, dportsOf, isEnabled, linkName, regionsOf, type CxlDevice,
} from './topology.ts';

export interface CxlJsonOptions {
  readonly human: boolean;
  readonly targets: boolean;
}

export function memdevJson(files: FileTree, memdev: CxlDevice, { human }: CxlJsonOptions): JsonObject {
  const json: JsonObject = { memdev: memdev.name };
  const pmem = attribute(files, memdev, 'pmem/size') ?? 0;
  const ram = attribute(files, memdev, 'ram/size') ?? 0;
  if (pmem > 0) json['pmem_size'] = jsonSize(pmem, human);
  if (ram > 0) json['ram_size'] = jsonSize(ram, human);
  json['serial'] = jsonHex(BigInt(attributeText(files, memdev, 'serial') || 0), human);
  const node = attribute(files, memdev, 'numa_node') ?? -1;
  if (node >= 0) json['numa_node'] = node;
  const parent = memdev.path.slice(0, memdev.path.lastIndexOf('/'));
  json['host'] = parent.slice(parent.lastIndexOf('/') + 1);
  if (!isEnabled(files, memdev)) json['state'] = 'disabled';
  return json;
}

/** Number of downstream ports, and the ports. */
function dportsJson(files: FileTree, port: CxlDevice, { human, targets }: CxlJsonOptions): JsonObject {
  const dports = dportsOf(files, port);
  if (!targets || dports.length === 0) return {};
  return {
    nr_dports: dports.length,
    dports: dports.map(({ name, alias, id }) => ({ dport: name, ...(alias === undefined ? {} : { alias }), id: jsonHex(id, human) })),
  };
}

export function busJson(files: FileTree, root: CxlDevice, options: CxlJsonOptions): JsonObject {
  return { bus: root.name, provider: 'ACPI.CXL', ...dportsJson(files, root, options) };
}

export function portJson(files: FileTree, port: CxlDevice, depth: number, options: CxlJsonOptions): JsonObject {
  const json: JsonObject = { port: port.name, host: linkName(files, `${port.path}/uport`) ?? '', depth };
  if (!isEnabled(files, port)) json['state'] = 'disabled';
  return { ...json, ...dportsJson(files, port, options) };
}

export function endpointJson(files: FileTree, endpoint: CxlDevice, depth: number): JsonObject {
  const json: JsonObject = { endpoint: endpoint.name, host: linkName(files, `${endpoint.path}/uport`) ?? '', depth };
  if (!isEnabled(files, endpoint)) json['state'] = 'disabled';
  return json;
}

/** The largest piece of a window between its regions. */
export function maxAvailableExtent(files: FileTree, decoder: CxlDevice): number {
  const start = attribute(files, decoder, 'start') ?? 0;
  const end = start + (attribute(files, decoder, 'size') ?? 0);
  const taken = regionsOf(files, decoder)
    .map((region) => ({ start: attribute(files, region, 'resource') ?? 0, size: attribute(files, region, 'size') ?? 0 }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => a.start - b.start);
  let at = start;
  let most = 0;
  for (const region of [...taken, { start: end, size: 0 }]) {
    most = Math.max(most, region.start - at);
    at = region.start + region.size;
  }
  return most;
}

function numbers(text: string): number[] {
  return text === '' ? [] : text.split(',').map(Number);
}

/** Targets in the order they are found: the last position first. */
function targetsJson(files: FileTree, decoder: CxlDevice, port: CxlDevice, { human, targets }: CxlJsonOptions): JsonObject {
  const ids = numbers(attributeText(files, decoder, 'target_list'));
  if (ids.length === 0) return {};
  const json: JsonObject = { nr_targets: ids.length };
  if (!targets) return json;
  const dports = dportsOf(files, port);
  const list = ids.map((id, position): JsonValue => {
    const dport = dports.find((each) => each.id === id);
    const alias = dport?.alias;
    return { target: dport?.name ?? '', ...(alias === undefined ? {} : { alias }), position, id: jsonHex(id, human) };
  });
  json['targets'] = list.reverse();
  return json;
}

/** A decoder of the root, of a port or of an endpoint. */
export function decoderJson(
  files: FileTree, decoder: CxlDevice, port: CxlDevice, kind: 'root' | 'port' | 'endpoint', options: CxlJsonOptions,
): JsonObject {
  const { human } = options;
  const size = attribute(files, decoder, 'size') ?? 0;
  const json: JsonObject = { decoder: decoder.name };
  if (size > 0) {
    json['resource'] = jsonHex(attribute(files, decoder, 'start') ?? 0, human);
    json['size'] = jsonSize(size, human);
  }
  const ways = attribute(files, decoder, 'interleave_ways') ?? 1;
  json['interleave_ways'] = ways;
  if (ways > 1) json['interleave_granularity'] = attribute(files, decoder, 'interleave_granularity') ?? 0;
  const region = attributeText(files, decoder, 'region');
  if (kind !== 'root' && region !== '') json['region'] = region;
  if (size === 0) json['state'] = 'disabled';
  if (kind === 'endpoint') {
    const dpaSize = attribute(files, decoder, 'dpa_size') ?? 0;
    if (dpaSize > 0) {
      json['dpa_resource'] = jsonHex(attribute(files, decoder, 'dpa_resource') ?? 0, human);
      json['dpa_size'] = jsonSize(dpaSize, human);
    }
    const mode = attributeText(files, decoder, 'mode');
    if (mode !== 'none' && mode !== '') json['mode'] = mode;
    return json;
  }
  if (kind === 'root') Object.assign(json, capabilities(files, decoder, human));
  return { ...json, ...targetsJson(files, decoder, port, options) };
}

function capabilities(files: FileTree, decoder: CxlDevice, human: boolean): JsonObject {
  const can = (name: string): boolean => attribute(files, decoder, name) === 1;
  const json: JsonObject = {};
  if (can('cap_pmem') || can('cap_ram')) json['max_available_extent'] = jsonSize(maxAvailableExtent(files, decoder), human);
  if (can('cap_pmem')) json['pmem_capable'] = true;
  if (can('cap_ram')) json['volatile_capable'] = true;
  if (can('cap_type2')) json['accelmem_capable'] = true;
  return json;
}

export function regionJson(files: FileTree, region: CxlDevice, { human, targets }: CxlJsonOptions): JsonObject {
  const size = attribute(files, region, 'size') ?? 0;
  const json: JsonObject = { region: region.name };
  // Without an address the attribute holds the largest number.
  if (size > 0) json['resource'] = jsonHex(attribute(files, region, 'resource') ?? 0, human);
  json['size'] = jsonSize(size, human);
  json['interleave_ways'] = attribute(files, region, 'interleave_ways') ?? 0;
  json['interleave_granularity'] = attribute(files, region, 'interleave_granularity') ?? 0;
  json['decode_state'] = attribute(files, region, 'commit') === 1 ? 'commit' : 'reset';
  if (!isEnabled(files, region)) json['state'] = 'disabled';
  if (targets) json['mappings'] = mappings(files, region);
  return json;
}

/** Positions with their memory devices, the last one first. */
function mappings(files: FileTree, region: CxlDevice): JsonValue[] {
  const ways = attribute(files, region, 'interleave_ways') ?? 0;
  const found: JsonValue[] = [];
  for (let position = 0; position < ways; position++) {
    const decoder = busDevice(files, attributeText(files, region, `target${position}`));
    if (decoder === undefined) continue;
    const endpoint = decoder.path.slice(0, decoder.path.lastIndexOf('/'));
    found.unshift({ position, memdev: linkName(files, `${endpoint}/uport`) ?? '', decoder: decoder.name });
  }
  return found;
}
