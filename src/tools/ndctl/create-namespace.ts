/** `ndctl create-namespace`: a new namespace, or another mode for one that is there (`-e`). */

import { EAGAIN, ENODEV, ENOSPC, ENXIO, type Errno, strerror } from '../../kernel/errno.ts';
import { readBuses } from './bus.ts';
import { enableLabels } from './enable-labels.ts';
import { busMatches, regionMatches } from './filter.ts';
import { type Namespace, NAMESPACE_IO } from './namespace.ts';
import { nameCommand, type NamespaceRequest, readNamespaceRequest } from './namespace-options.ts';
import { validateNamespaceOptions } from './namespace-parameters.ts';
import { refuseVerbose } from './refuse.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';
import { setupNamespace } from './setup-namespace.ts';
import { prepareReconfiguration } from './zero-info-block.ts';

/** The namespace a new one is made of: number 0 when it is idle, else the one the kernel keeps ready. */
function idleNamespace(region: Region): Namespace | undefined {
  const first = region.namespaces.find((each) => each.id === 0 && each.isConfigurationIdle);
  return first ?? region.namespaceSeed;
}

function createIn(session: Session, request: NamespaceRequest, region: Region): Errno {
  const parameters = validateNamespaceOptions(session, request, region, undefined);
  if (typeof parameters === 'number') return parameters;
  if (region.readOnly) return -EAGAIN;
  const namespace = idleNamespace(region);
  if (namespace === undefined || !namespace.isConfigurationIdle) return -EAGAIN;
  const rc = setupNamespace(session, request, region, namespace, parameters);
  if (rc !== 0 && request.autorecover) {
    namespace.setEnforceMode('raw');
    namespace.delete();
  }
  return rc;
}

function reconfigure(session: Session, request: NamespaceRequest, region: Region, namespace: Namespace): Errno {
  const parameters = validateNamespaceOptions(session, request, region, namespace);
  if (typeof parameters === 'number') return parameters;
  const prepared = prepareReconfiguration(session, request.force, region, namespace);
  if (typeof prepared === 'number') return prepared;
  let subject: Namespace | undefined = namespace;
  if (region.nstype === NAMESPACE_IO && request.autolabel) {
    const rc = enableLabels(session, region);
    // Without DIMMs that take labels it goes on as it was; else the region came back with other namespaces.
    if (rc !== -ENODEV) {
      subject = idleNamespace(region);
      if (subject === undefined || !subject.isConfigurationIdle) return -ENODEV;
    }
  }
  return setupNamespace(session, request, region, subject, parameters);
}

interface Outcome {
  readonly rc: Errno;
  readonly created: number;
}

function act(session: Session, request: NamespaceRequest): Outcome {
  let rc: Errno = request.target === 'all' ? 0 : -ENXIO;
  let created = 0;
  let lastFailure: Errno = 0;
  for (const bus of readBuses(session)) {
    if (!busMatches(bus, request.bus)) continue;
    for (const region of bus.regions) {
      if (!regionMatches(region, request.region) || request.type === 'blk') continue;
      if (request.target === undefined) {
        rc = createIn(session, request, region);
        if (rc === -EAGAIN) continue;
        if (rc === 0) created++;
        if (rc !== 0 && request.greedy && request.force) lastFailure = rc;
        if (request.greedy && (rc === 0 || request.force)) continue;
        return { rc, created };
      }
      const namespace = region.namespaces.find((each) => isTarget(request.target, each));
      if (namespace === undefined) continue;
      rc = reconfigure(session, request, region, namespace);
      return { rc, created: rc === 0 ? 1 : 0 };
    }
  }
  if (rc === -EAGAIN) rc = request.greedy && created > 0 ? 0 : -ENOSPC;
  return { rc: lastFailure === 0 ? rc : lastFailure, created };
}

function isTarget(target: string | undefined, namespace: Namespace): boolean {
  return target === 'all' ? !namespace.isSeed : target === namespace.name;
}

export function createNamespace(session: Session, args: readonly string[]): number {
  const request = readNamespaceRequest(args, 'create');
  refuseVerbose('create-namespace', request.verbose);
  nameCommand(session, 'create');
  let { rc, created } = act(session, request);
  // With nothing typed the real tool then looks for block windows, and finds none.
  if (rc < 0 && created === 0 && request.scans) rc = -ENXIO;
  if (request.greedy) session.stderr(`created ${created} namespace${created === 1 ? '' : 's'}\n`);
  if ((rc < 0 || (request.target === undefined && created === 0)) && session.errors === 0) {
    const what = request.target === undefined ? 'create' : 'reconfigure';
    session.stderr(`failed to ${what} namespace: ${strerror(rc)}\n`);
    if (request.target === undefined) rc = -ENODEV;
  }
  return rc;
}
