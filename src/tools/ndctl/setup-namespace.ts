/** Configures a namespace through sysfs and turns it on. */

import { EINVAL, ENXIO, type Errno, strerror } from '../../kernel/errno.ts';
import { nextUuid } from '../../drivers/random.ts';
import type { Claim } from './claim.ts';
import { jsonPretty } from './json-c.ts';
import { namespaceJson, SHOW_NOTHING } from './namespace-json.ts';
import { type Namespace, NAMESPACE_IO } from './namespace.ts';
import { NO_SECTOR_SIZES, type NamespaceParameters, takesPfn } from './namespace-parameters.ts';
import type { NamespaceRequest } from './namespace-options.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';

const RESOURCE_ALIGN = 16 * 2 ** 20;

/** A write the kernel refused, complained about already. */
class Failed {
  readonly errno: Errno;
  constructor(errno: Errno) {
    this.errno = errno;
  }
}

/** Runs the steps of a set-up; the first one the kernel refuses ends it. */
export function setupNamespace(
  session: Session,
  request: NamespaceRequest,
  region: Region,
  namespace: Namespace,
  parameters: NamespaceParameters,
): Errno {
  try {
    const rc = configure(session, request, region, namespace, parameters);
    if (rc !== 0) {
      session.error(`${namespace.name}: failed to enable`);
      return rc;
    }
    const human = session.context.stdoutIsTerminal === true;
    const json = namespaceJson(namespace, { ...SHOW_NOTHING, dax: true, human });
    if (json !== undefined) session.out(`${jsonPretty(json)}\n`);
    return 0;
  } catch (failed) {
    if (failed instanceof Failed) return failed.errno;
    throw failed;
  }
}

function attempt(session: Session, device: { readonly name: string }, step: string, rc: Errno): void {
  if (rc === 0) return;
  session.complain(`${device.name}: ${step} failed: ${strerror(rc)}`);
  throw new Failed(rc);
}

function configure(
  session: Session,
  request: NamespaceRequest,
  region: Region,
  namespace: Namespace,
  parameters: NamespaceParameters,
): Errno {
  const { mode, sectorSize } = parameters;
  if (namespace.type !== NAMESPACE_IO) {
    attempt(session, namespace, 'set_uuid', namespace.setUuid(parameters.uuid));
    attempt(session, namespace, 'set_alt_name', namespace.setAltName(parameters.name));
    attempt(session, namespace, 'set_size', namespace.setSize(parameters.size));
  }
  if (typeof sectorSize === 'number' && sectorSize > 0) {
    if (namespace.supportedSectorSizes.includes(sectorSize)) {
      attempt(session, namespace, 'set_sector_size', namespace.setSectorSize(sectorSize));
    } else if (mode !== 'sector' && sectorSize !== 512) {
      session.error(`${namespace.name}: sector_size: ${sectorSize} not supported`);
      return fail(-EINVAL);
    }
  }
  const uuid = nextUuid(session.context.machine);
  // Kernels without the attribute simply do not enforce it.
  if (mode !== undefined) namespace.setEnforceMode(mode);
  if (takesPfn(namespace, mode, parameters.location)) {
    return claim(session, request, seedOf(region, 'pfn'), namespace, parameters, uuid);
  }
  if (mode === 'devdax') return claim(session, request, seedOf(region, 'dax'), namespace, parameters, uuid);
  if (mode !== 'sector') return namespace.enable();
  const btt = seedOf(region, 'btt');
  attempt(session, btt, 'set_uuid', btt.setUuid(uuid));
  const bttSector = sectorSize === NO_SECTOR_SIZES ? 4096 : (sectorSize ?? 0);
  attempt(session, btt, 'set_sector_size', btt.setSectorSize(bttSector));
  attempt(session, btt, 'set_namespace', btt.setNamespace(namespace));
  return btt.enable();
}

function fail(errno: Errno): never {
  throw new Failed(errno);
}

function seedOf(region: Region, kind: 'pfn' | 'dax' | 'btt'): Claim {
  return region.claimSeed(kind) ?? fail(-ENXIO);
}

/** Puts a pfn or dax device on the namespace. */
function claim(
  session: Session,
  request: NamespaceRequest,
  device: Claim,
  namespace: Namespace,
  { location, align }: NamespaceParameters,
  uuid: string,
): Errno {
  const { resource } = namespace;
  if (resource === undefined) session.stderr(`  Warning: ${namespace.name} unable to validate alignment\n\n`);
  else if (resource % RESOURCE_ALIGN !== 0 && !request.force) {
    session.error(`${namespace.name} misaligned to 16M, adjust region alignment and retry`);
    fail(-EINVAL);
  }
  attempt(session, device, 'set_uuid', device.setUuid(uuid));
  attempt(session, device, 'set_location', device.setLocation(location));
  if (device.kind === 'dax' || device.hasAlign) attempt(session, device, 'set_align', device.setAlign(align));
  attempt(session, device, 'set_namespace', device.setNamespace(namespace));
  const rc = device.enable();
  if (rc !== 0 && request.autorecover) device.setNamespace(undefined);
  return rc;
}
