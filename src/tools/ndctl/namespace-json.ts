/** A namespace as ndctl shows it. Keys and their order are the real tool's. */

import { readBadblocks, type Badblocks } from './badblocks.ts';
import { UUID_NULL, type Claim, type MapLocation } from './claim.ts';
import { daxRegionJson, firstDaxDevice } from './dax-devices.ts';
import type { JsonObject } from './json-c.ts';
import { NAMESPACE_IO, type Namespace } from './namespace.ts';
import { jsonSize } from './size.ts';

/** What to show, after ndctl's UTIL_JSON flags. */
export interface ShowFlags {
  readonly human: boolean;
  readonly idle: boolean;
  readonly configured: boolean;
  readonly mediaErrors: boolean;
  /** The dax region in place of a character device's name. */
  readonly dax: boolean;
  readonly verbose: boolean;
  readonly capabilities: boolean;
  readonly firmware: boolean;
}

export const SHOW_NOTHING: ShowFlags = {
  human: false,
  idle: false,
  configured: false,
  mediaErrors: false,
  dax: false,
  verbose: false,
  capabilities: false,
  firmware: false,
};

const MAP_NAMES: Readonly<Record<MapLocation, string>> = { none: 'none', ram: 'mem', pmem: 'dev' };

interface Claims {
  readonly btt: Claim | undefined;
  readonly pfn: Claim | undefined;
  readonly dax: Claim | undefined;
}

/** Undefined when its mode and what claimed it contradict each other. */
export function namespaceJson(namespace: Namespace, flags: ShowFlags): JsonObject | undefined {
  const { session, mode } = namespace;
  const claims: Claims = { btt: namespace.btt, pfn: namespace.pfn, dax: namespace.dax };
  const { btt, pfn, dax } = claims;
  if ((mode === 'devdax' && dax === undefined) || (mode === 'sector' && btt === undefined)) return undefined;
  const json: JsonObject = { dev: namespace.name };
  if (mode !== undefined) json['mode'] = mode;
  // A namespace that is memory all by itself has its memmap in RAM.
  const location = mode === 'devdax' ? dax?.location : mode === 'fsdax' ? (pfn?.location ?? 'ram') : 'none';
  if (mode !== 'sector' && mode !== 'raw') json['map'] = MAP_NAMES[location ?? 'none'];
  const size = sizeOf(namespace, claims);
  if (size !== undefined) json['size'] = jsonSize(size, flags.human);

  const claim = btt ?? pfn ?? dax;
  const uuid = claim?.uuid ?? (namespace.type === NAMESPACE_IO ? undefined : namespace.uuid);
  if (uuid !== undefined) json['uuid'] = uuid;
  if (claim !== undefined && flags.verbose && namespace.uuid !== UUID_NULL) json['raw_uuid'] = namespace.uuid;
  if (claim !== undefined && claim === dax) {
    if (flags.dax) json['daxregion'] = daxRegionJson(session, dax, flags.human, flags.idle || flags.configured);
    else {
      const device = firstDaxDevice(session, dax);
      if (device !== undefined) json['chardev'] = device;
    }
  }
  const sectorSize = btt === undefined ? (dax === undefined ? namespace.sectorSize || 512 : undefined) : btt.sectorSize;
  if (sectorSize !== undefined) json['sector_size'] = sectorSize;
  const align = claim === btt ? undefined : claim?.align;
  if (align !== undefined && align !== 0) json['align'] = align;
  const disk = claim === undefined ? namespace.blockDevice : claim === dax ? '' : claim.blockDevice;
  if (disk !== '') json['blockdev'] = disk;
  if (!namespace.isActive) json['state'] = 'disabled';
  if (namespace.altName !== undefined && namespace.altName !== '') json['name'] = namespace.altName;
  if (flags.verbose && (namespace.numaNode ?? -1) >= 0) json['numa_node'] = namespace.numaNode as number;
  if (flags.verbose && (namespace.targetNode ?? -1) >= 0) json['target_node'] = namespace.targetNode as number;
  const { count, list } = badblocksOf(namespace, claims);
  if (count > 0) json['badblock_count'] = count;
  if (count > 0 && flags.mediaErrors && btt === undefined) json['badblocks'] = list;
  return json;
}

/** Usable bytes in its mode. */
function sizeOf(namespace: Namespace, { btt, pfn, dax }: Claims): number | undefined {
  switch (namespace.mode) {
    case 'fsdax':
      return pfn === undefined ? namespace.size : pfn.size;
    case 'devdax':
      return dax?.size;
    case 'sector':
      return btt?.size;
    case 'raw':
      return namespace.size;
    case undefined:
      return undefined;
  }
}

function badblocksOf(namespace: Namespace, { btt, pfn, dax }: Claims): Badblocks {
  const claim = pfn ?? dax;
  const [begin, size] = claim !== undefined ? [claim.resource, claim.size] : [namespace.resource, namespace.size];
  if (claim === undefined && btt === undefined) return readBadblocks(namespace.region);
  if (begin === undefined || size === undefined) return { count: 0, list: [] };
  return readBadblocks(namespace.region, { begin, size });
}
