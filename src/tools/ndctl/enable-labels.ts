/** Gives the DIMMs of a region an empty label index, so that it can be divided: `--autolabel`. */

import { EBUSY, ENODEV, type Errno } from '../../kernel/errno.ts';
import { initLabelArea } from '../../drivers/nvdimm/nd-label-store.ts';
import { openLabelArea } from './device-node.ts';
import type { Dimm } from './dimm.ts';
import { NAMESPACE_PMEM } from './namespace.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';

/** Writes empty label indexes of version 1.1 or 1.2; the regions on the DIMM look at their type anew. */
export function initLabels(session: Session, dimm: Dimm, minor: 1 | 2): Errno {
  const store = openLabelArea(session.context.machine, dimm.name);
  if (store === undefined) return -ENODEV;
  const rc = initLabelArea(store, minor === 2 ? 256 : 128, 'ndctl');
  for (const region of dimm.bus.regions) if (region.dimms.includes(dimm)) region.flagRefresh();
  return rc;
}

/** −ENODEV when a DIMM takes no labels: nothing was touched then. Else the region was off and on again. */
export function enableLabels(session: Session, region: Region): Errno {
  const { dimms } = region;
  if (region.mappingCount === 0 || dimms.filter((dimm) => dimm.hasLabelCommands).length !== region.mappingCount) {
    return -ENODEV;
  }
  region.disableInvalidate();
  const active = dimms.filter((dimm) => dimm.isActive);
  for (const dimm of active) {
    session.stderr(`  Warning: ${dimm.name} is active in ${region.name}, failing autolabel\n\n`);
  }
  if (active.length === 0) {
    for (const dimm of dimms) {
      if (initLabels(session, dimm, 2) < 0) continue;
      dimm.disable();
      dimm.enable();
    }
  }
  region.enable();
  if (region.nstype === NAMESPACE_PMEM) return 0;
  session.complain(`${region.name}: failed to initialize labels`);
  return -EBUSY;
}
