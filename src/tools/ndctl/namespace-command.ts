/** `ndctl enable-`, `disable-`, `destroy-` and `check-namespace`: one thing done to each namespace named. */

import { ENXIO, type Errno, strerror } from '../../kernel/errno.ts';
import { NotModelled } from '../tool.ts';
import { readBuses } from './bus.ts';
import { checkNamespace } from './check-namespace.ts';
import { busMatches, regionMatches } from './filter.ts';
import type { Namespace } from './namespace.ts';
import { nameCommand, type NamespaceAction, type NamespaceRequest, readNamespaceRequest } from './namespace-options.ts';
import { refuseVerbose } from './refuse.ts';
import { walkSafely } from './region.ts';
import type { Session } from './session.ts';
import { prepareReconfiguration } from './zero-info-block.ts';

/** Does it to one namespace: 0 when it counts as done, above 0 when there was nothing to do. */
type Act = (session: Session, request: NamespaceRequest, namespace: Namespace) => Errno;

/** Does it to every namespace that matches; the last one's result stands. */
export function forEachNamespace(session: Session, request: NamespaceRequest, act: Act): { rc: Errno; done: number } {
  const { target } = request;
  let rc: Errno = target === 'all' ? 0 : -ENXIO;
  let done = 0;
  for (const bus of readBuses(session)) {
    if (!busMatches(bus, request.bus)) continue;
    for (const region of bus.regions) {
      if (!regionMatches(region, request.region)) continue;
      for (const namespace of walkSafely(() => region.namespaces)) {
        if (target === 'all' ? namespace.isSeed : target !== namespace.name) continue;
        rc = act(session, request, namespace);
        if (rc === 0) done++;
      }
    }
  }
  return { rc, done };
}

const enable: Act = (_session, _request, namespace) => Math.min(0, namespace.enable());

const disable: Act = (_session, _request, namespace) => namespace.disableSafe();

const destroy: Act = (session, request, namespace) => {
  const prepared = prepareReconfiguration(session, request.force, namespace.region, namespace);
  if (typeof prepared === 'number') return prepared;
  if (prepared === 'labelled') return namespace.delete();
  return prepared === 'zeroed' ? 0 : 1;
};

const clearErrors: Act = () => {
  throw new NotModelled('`ndctl clear-errors` is not modelled: the model knows no media errors');
};

const WORDS = {
  enable: ['enabling', 'enabled', enable],
  disable: ['disabling', 'disabled', disable],
  destroy: ['destroying', 'destroyed', destroy],
  check: ['checking', 'checked', checkNamespace],
  clear: ['clearing', 'cleared', clearErrors],
} as const satisfies Partial<Record<NamespaceAction, readonly [string, string, Act]>>;

export function namespaceCommand(action: keyof typeof WORDS): (session: Session, args: readonly string[]) => number {
  const [doing, finished, act] = WORDS[action];
  return (session, args) => {
    const request = readNamespaceRequest(args, action);
    refuseVerbose(action === 'clear' ? 'clear-errors' : `${action}-namespace`, request.verbose);
    nameCommand(session, action);
    const { rc, done } = forEachNamespace(session, request, act);
    // What was skipped is no failure.
    const status = Math.min(0, rc);
    if (status < 0 && session.errors === 0) session.stderr(`error ${doing} namespaces: ${strerror(status)}\n`);
    session.stderr(`${finished} ${done} namespace${done === 1 ? '' : 's'}\n`);
    return status;
  };
}
