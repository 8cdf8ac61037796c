/** The device-dax side of a dax claim, as libdaxctl shows it. */

import { devicesJson } from '../daxctl/dax-json.ts';
import { availableSize, type DaxRegionView, readDaxRegions } from '../daxctl/dax-sysfs.ts';
import { countOnline, memoryOf } from '../daxctl/memory-blocks.ts';
import type { Claim } from './claim.ts';
import type { JsonObject } from './json-c.ts';
import type { Session } from './session.ts';
import { jsonSize } from './size.ts';

/** The dax region of a claim, undefined while it is not bound. */
function daxRegion(session: Session, dax: Claim): DaxRegionView | undefined {
  const below = `/${dax.region.name}/${dax.name}`;
  return readDaxRegions(session.files).find(({ path }) => path.endsWith(below));
}

/** Name of the first character device, undefined while the claim is not bound. */
export function firstDaxDevice(session: Session, dax: Claim): string | undefined {
  return daxRegion(session, dax)?.devices[0]?.name;
}

/** Whether a device of the claim is System RAM with memory online. */
export function daxHasOnlineMemory(session: Session, dax: Claim): boolean {
  const devices = daxRegion(session, dax)?.devices ?? [];
  return devices.some((device) => {
    const memory = memoryOf(session, device);
    return memory !== undefined && countOnline(session, device, memory) > 0;
  });
}

/** The dax region of a claim with its devices; those of size 0 only where idle ones are shown. */
export function daxRegionJson(session: Session, dax: Claim, human: boolean, idle: boolean): JsonObject {
  const json: JsonObject = { id: dax.region.id };
  const region = daxRegion(session, dax);
  if (region === undefined) return json;
  if (region.size !== undefined) json['size'] = jsonSize(region.size, human);
  const available = availableSize(session.files, region);
  if (available > 0) json['available_size'] = jsonSize(available, human);
  if (region.align !== undefined) json['align'] = region.align;
  const devices = devicesJson(session, region, () => true, { human, idle });
  if (devices.length > 0) json['devices'] = devices;
  return json;
}
