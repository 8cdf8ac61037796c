/** Whether writes to a region can be made persistent. */

import type { NdRegion } from './state.ts';

/**
 * True when writes need a flush, false when the platform flushes, undefined when nothing is known: there are no DIMMs.
 * @kernel drivers/nvdimm/region_devs.c: nvdimm_has_flush
 */
export function nvdimmHasFlush(region: NdRegion): boolean | undefined {
  if (region.mappings.length === 0) return undefined;
  return region.flags.async === true;
}
