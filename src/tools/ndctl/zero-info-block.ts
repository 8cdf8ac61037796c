/** Takes away what a namespace says it is: its info block. */

import { EBUSY, ENXIO, type Errno } from '../../kernel/errno.ts';
import { hasBlockDevice, readBlockDevice, writeBlockDevice } from './device-node.ts';
import type { Namespace } from './namespace.ts';
import { NAMESPACE_PMEM } from './namespace.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';

const INFO_SIZE = 8192;

/** 0 when it was zeroed, 1 when there was nothing to zero or no way to it, or an error. */
function zeroInfoBlock(session: Session, namespace: Namespace): Errno {
  namespace.setRawMode(true);
  const rc = zeroRaw(session, namespace);
  namespace.setRawMode(false);
  namespace.disableInvalidate();
  return rc;
}

function zeroRaw(session: Session, namespace: Namespace): Errno {
  const { machine } = session.context;
  const enabled = namespace.enable();
  if (enabled < 0) {
    session.complain(`${namespace.name} failed to enable for zeroing, continuing`);
    return 1;
  }
  const disk = namespace.blockDevice;
  if (!hasBlockDevice(machine, disk)) {
    session.complain(`${namespace.name}: failed to open /dev/${disk} to zero info block`);
    return enabled;
  }
  const bytes = readBlockDevice(machine, disk, 0, INFO_SIZE);
  if (typeof bytes === 'number' || bytes.length < INFO_SIZE) {
    session.complain(`${namespace.name}: failed to read info block, continuing`);
  } else if (bytes.every((byte) => byte === 0)) return 1;
  const written = writeBlockDevice(machine, disk, 0, new Uint8Array(INFO_SIZE));
  if (written === INFO_SIZE) return 0;
  session.complain(`${namespace.name}: failed to zero info block /dev/${disk}`);
  return -ENXIO;
}

/** What is left to do with a namespace that was taken down. */
export type Prepared = 'labelled' | 'zeroed' | 'untouched';

/** Turns a namespace off and wipes it, before it becomes something else or nothing. */
export function prepareReconfiguration(
  session: Session,
  force: boolean,
  region: Region,
  namespace: Namespace,
): Prepared | Errno {
  if (region.readOnly) {
    session.error(`${namespace.name}: read-only, re-configuration disabled`);
    return -ENXIO;
  }
  if (namespace.isActive && !force) {
    session.error(`${namespace.name} is active, specify --force for re-configuration`);
    return -EBUSY;
  }
  const disabled = namespace.disableSafe();
  if (disabled !== 0) return disabled;
  namespace.setEnforceMode('raw');
  const zeroed = zeroInfoBlock(session, namespace);
  if (zeroed < 0) return zeroed;
  if (namespace.type === NAMESPACE_PMEM) return 'labelled';
  return zeroed === 0 ? 'zeroed' : 'untouched';
}
