/** `ndctl check-namespace`: whether a sector mode namespace is whole. */

import { EBUSY, EINVAL, ENOENT, ENXIO, type Errno, strerror } from '../../kernel/errno.ts';
import { type FoundBttSb, readBttSb } from '../../drivers/nvdimm/nd-btt-bytes.ts';
import { NotModelled } from '../tool.ts';
import { readBlockDevice } from './device-node.ts';
import type { NamespaceRequest } from './namespace-options.ts';
import type { Namespace } from './namespace.ts';
import type { Session } from './session.ts';

const BLOCK_SIZE = 4096;

function say(session: Session, namespace: Namespace, message: string): void {
  session.stderr(`${namespace.name}: namespace_check: ${message}\n`);
}

export function checkNamespace(session: Session, request: NamespaceRequest, namespace: Namespace): Errno {
  const wasActive = namespace.isActive;
  if (wasActive && !request.force) {
    say(session, namespace, `${namespace.name}: check aborted, namespace online`);
    return -EBUSY;
  }
  const disabled = wasActive ? namespace.disableSafe() : 0;
  if (disabled !== 0) return disabled;
  namespace.setRawMode(true);
  const rc = checkRaw(session, request, namespace);
  namespace.setRawMode(false);
  namespace.disableInvalidate();
  if (wasActive && namespace.enable() < 0) say(session, namespace, `${namespace.name}: failed to re-enable namespace`);
  return rc;
}

function checkRaw(session: Session, request: NamespaceRequest, namespace: Namespace): Errno {
  const enabled = namespace.enable();
  if (enabled !== 0) {
    const why = `${strerror(enabled)} (${enabled})`;
    say(session, namespace, `${namespace.name}: failed to enable in raw mode: ${why}`);
    return enabled;
  }
  if (request.rewriteLog && !request.repair) {
    say(session, namespace, '--rewrite-log also requires --repair');
    return -EINVAL;
  }
  const { machine } = session.context;
  const blockAt = (offset: number): FoundBttSb | undefined => {
    const bytes = readBlockDevice(machine, namespace.blockDevice, offset, BLOCK_SIZE);
    return typeof bytes === 'number' ? undefined : readBttSb(bytes);
  };
  if (namespace.blockDevice === '') return -ENOENT;
  const [second, first] = [blockAt(BLOCK_SIZE), blockAt(0)];
  if (second?.checksumOk === true || first?.checksumOk === true) {
    if (request.rewriteLog) throw new NotModelled('`ndctl check-namespace --rewrite-log` is not modelled');
    // Nothing of the model ever leaves a map or a log half written.
    return 0;
  }
  const backup = blockAt(Math.floor(namespace.size / BLOCK_SIZE) * BLOCK_SIZE - BLOCK_SIZE);
  if (second !== undefined || first !== undefined || backup !== undefined) {
    throw new NotModelled('repairing BTT info blocks with `ndctl check-namespace` is not modelled');
  }
  say(session, namespace, 'Unable to recover any BTT info blocks');
  say(session, namespace, 'This may not be a sector mode namespace');
  return -ENXIO;
}
