/** Devices and regions as daxctl shows them. Keys stand in the order the tool puts them. */

import { jsonHex, jsonSize } from '../ndctl/size.ts';
import type { JsonObject, JsonValue } from '../ndctl/json-c.ts';
import { countBlocks, countOnline, isMovable, memoryOf, type Speaker } from './memory-blocks.ts';
import { availableSize, driverOf, mappingsOf, type DaxDevice, type DaxRegionView } from './dax-sysfs.ts';

export interface DaxJsonOptions {
  /** Numbers for people. */
  readonly human?: boolean;
  readonly mappings?: boolean;
  /** Devices of size 0, too. */
  readonly idle?: boolean;
}

export function deviceJson(speaker: Speaker, device: DaxDevice, options: DaxJsonOptions): JsonObject {
  const { human = false } = options;
  const { files } = speaker;
  const memory = memoryOf(speaker, device);
  const json: JsonObject = { chardev: device.name, size: jsonSize(device.size, human) };
  if (device.targetNode >= 0) json.target_node = device.targetNode;
  if (device.align > 0) json.align = jsonSize(device.align, human);
  json.mode = memory === undefined ? 'devdax' : 'system-ram';
  if (memory !== undefined && device.resource !== 0) {
    const total = countBlocks(speaker, device, memory);
    json.online_memblocks = countOnline(speaker, device, memory);
    json.total_memblocks = total;
    const movable = isMovable(speaker, device, memory);
    if (movable !== undefined) json.movable = movable;
  }
  if (driverOf(files, device) === undefined) json.state = 'disabled';
  if (options.mappings !== true) return json;
  const mappings = mappingsOf(files, device).map(({ pageOffset, start, end }): JsonValue => ({
    page_offset: jsonHex(pageOffset, human),
    start: jsonHex(start, human),
    end: jsonHex(end, human),
    size: jsonSize(end - start + 1, human),
  }));
  if (mappings.length > 0) json.mappings = mappings;
  return json;
}

/** Those of a region's devices that an identifier selects, the empty ones left out unless asked for. */
export function devicesJson(
  speaker: Speaker, region: DaxRegionView, selects: (device: DaxDevice) => boolean, options: DaxJsonOptions,
): JsonObject[] {
  return region.devices
    .filter((device) => selects(device) && (options.idle === true || device.size > 0))
    .map((device) => deviceJson(speaker, device, options));
}

/** A region by itself; its devices are added by who wants them. */
export function regionJson(speaker: Speaker, region: DaxRegionView, options: DaxJsonOptions): JsonObject {
  const { human = false } = options;
  const json: JsonObject = { path: region.path.slice('/sys/devices'.length), id: region.id };
  if (region.size !== undefined) json.size = jsonSize(region.size, human);
  const available = availableSize(speaker.files, region);
  if (available > 0) json.available_size = jsonSize(available, human);
  if (region.align !== undefined) json.align = region.align;
  return json;
}
