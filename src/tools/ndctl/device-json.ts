/** Buses, DIMMs and regions as ndctl shows them. Keys and their order are the real tool's. */

import { readBadblocks } from './badblocks.ts';
import type { Bus } from './bus.ts';
import type { Dimm } from './dimm.ts';
import type { JsonObject, JsonValue } from './json-c.ts';
import type { ShowFlags } from './namespace-json.ts';
import type { Region } from './region.ts';
import { jsonHex, jsonSize } from './size.ts';

export function busJson(bus: Bus): JsonObject {
  const json: JsonObject = { provider: bus.provider, dev: bus.name };
  const { scrubState } = bus;
  if (scrubState !== undefined) json['scrub_state'] = scrubState;
  return json;
}

/** Keys that stand for the firmware's words about a DIMM, in the order they are shown. */
const DIMM_FLAGS = [
  ['map_fail', 'flag_failed_map'],
  ['save_fail', 'flag_failed_save'],
  ['not_armed', 'flag_failed_arm'],
  ['restore_fail', 'flag_failed_restore'],
  ['flush_fail', 'flag_failed_flush'],
  ['smart_event', 'flag_smart_event'],
] as const;

const SECURITY_STATES = new Set(['disabled', 'unlocked', 'locked', 'frozen', 'overwrite']);

export function dimmJson(dimm: Dimm, flags: ShowFlags): JsonObject {
  const json: JsonObject = { dev: dimm.name };
  if (dimm.uniqueId !== undefined) json['id'] = dimm.uniqueId;
  if (dimm.handle !== undefined) json['handle'] = jsonHex(dimm.handle, flags.human);
  if (dimm.physId !== undefined) json['phys_id'] = jsonHex(dimm.physId, flags.human);
  if (!dimm.isEnabled) json['state'] = 'disabled';
  for (const [word, key] of DIMM_FLAGS) if (dimm.flags.includes(word)) json[key] = true;
  const security = dimm.read('security');
  if (security !== undefined && SECURITY_STATES.has(security)) json['security'] = security;
  if (dimm.read('frozen') === '1') json['security_frozen'] = true;
  return json;
}

const PERSISTENCE: Readonly<Record<string, string>> = {
  cpu_cache: 'cpu_cache',
  memory_controller: 'memory_controller',
  none: 'none',
};

/** A region; its mappings only where DIMMs are shown, too. */
export function regionJson(region: Region, flags: ShowFlags, mappedDimms: (dimm: Dimm) => boolean): JsonObject {
  const { human } = flags;
  const json: JsonObject = { dev: region.name, size: jsonSize(region.size, human) };
  const { align, maxAvailableExtent, numaNode, targetNode, cookie } = region;
  if (align !== undefined) json['align'] = jsonSize(align, human);
  json['available_size'] = jsonSize(region.availableSize ?? 0, human);
  if (maxAvailableExtent !== undefined) json['max_available_extent'] = jsonSize(maxAvailableExtent, human);
  json['type'] = 'pmem';
  if (flags.verbose && (numaNode ?? -1) >= 0) json['numa_node'] = numaNode as number;
  if (flags.verbose && (targetNode ?? -1) >= 0) json['target_node'] = targetNode as number;
  if (cookie !== undefined) json['iset_id'] = jsonHex(cookie, human);
  const mappings = region.mappings
    .filter(({ dimm }) => mappedDimms(dimm))
    .map(({ dimm, offset, length, position }): JsonObject => ({
      dimm: dimm.name,
      offset: jsonHex(offset, human),
      length: jsonHex(length, human),
      ...(position === undefined ? {} : { position }),
    }));
  if (mappings.length > 0) json['mappings'] = mappings;
  if (!region.isEnabled) json['state'] = 'disabled';
  const { count, list } = readBadblocks(region);
  if (count > 0) json['badblock_count'] = count;
  if (count > 0 && flags.mediaErrors) json['badblocks'] = list;
  const capabilities = flags.capabilities ? capabilitiesJson(region) : undefined;
  if (capabilities !== undefined) json['capabilities'] = capabilities;
  json['persistence_domain'] = PERSISTENCE[region.read('persistence_domain') ?? ''] ?? 'unknown';
  return json;
}

/** What the region's idle devices could become; undefined without them. */
function capabilitiesJson(region: Region): readonly JsonValue[] | undefined {
  const [btt, pfn, dax] = [region.claimSeed('btt'), region.claimSeed('pfn'), region.claimSeed('dax')];
  if (btt === undefined || pfn === undefined || dax === undefined) return undefined;
  return [
    { mode: 'sector', sector_sizes: btt.supportedSectorSizes },
    { mode: 'fsdax', alignments: pfn.supportedAlignments },
    { mode: 'devdax', alignments: dax.supportedAlignments },
  ];
}
