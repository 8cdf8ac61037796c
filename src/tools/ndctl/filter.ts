/** Which buses, DIMMs, regions and namespaces a command is about. */

import { EINVAL, type Errno } from '../../kernel/errno.ts';
import { type Bus, readBuses } from './bus.ts';
import type { Dimm } from './dimm.ts';
import type { Namespace, NamespaceMode } from './namespace.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';

const MODE_WORDS: Readonly<Record<string, NamespaceMode>> = {
  memory: 'fsdax',
  fsdax: 'fsdax',
  sector: 'sector',
  safe: 'sector',
  dax: 'devdax',
  devdax: 'devdax',
  raw: 'raw',
};

/** A mode as people type it, old words included; undefined for any other word. */
export function modeOfWord(word: string): NamespaceMode | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(MODE_WORDS, lower) ? MODE_WORDS[lower] : undefined;
}

/** Whether a list of names, numbers or `all` holds a device. A number counts only when it stands alone. */
function names(ident: string | undefined, id: number, ...own: readonly string[]): boolean {
  if (ident === undefined) return true;
  const whole = /^\s*[+]?(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(ident)?.[1];
  return ident
    .split(' ')
    .filter((word) => word !== '')
    .some((word) => word === 'all' || (whole === undefined ? own.includes(word) : Number(whole) === id));
}

export function busMatches(bus: Bus, ident: string | undefined): boolean {
  return names(ident, bus.id, bus.provider, bus.name);
}
export function regionMatches(region: Region, ident: string | undefined): boolean {
  return names(ident, region.id, region.name);
}
export function dimmMatches(dimm: Dimm, ident: string | undefined): boolean {
  return names(ident, dimm.id, dimm.name);
}
export function namespaceMatches(namespace: Namespace, ident: string | undefined): boolean {
  if (ident === undefined) return true;
  return ident.split(' ').some((word) => {
    if (word === 'all' || word === namespace.name) return true;
    const numbers = /^\s*([0-9]+)\.([0-9]+)/.exec(word);
    return numbers !== null && Number(numbers[1]) === namespace.region.id && Number(numbers[2]) === namespace.id;
  });
}

function isGiven(ident: string | undefined): ident is string {
  return ident !== undefined && ident !== 'all';
}

export interface Filters {
  readonly bus: string | undefined;
  readonly region: string | undefined;
  readonly dimm: string | undefined;
  readonly namespace: string | undefined;
  readonly mode: string | undefined;
  readonly type: string | undefined;
  readonly numaNode: string | undefined;
}

export interface Visitor {
  bus(bus: Bus): void;
  dimm: ((dimm: Dimm) => void) | undefined;
  region(region: Region): void;
  namespace: ((namespace: Namespace) => void) | undefined;
}

/** Shows a visitor what the filters leave; −EINVAL with a complaint for a filter that cannot be. */
export function walkDevices(session: Session, filters: Filters, visitor: Visitor): Errno {
  const { type, mode, numaNode } = filters;
  if (type !== undefined && type !== 'pmem' && type !== 'blk') {
    session.error(`unknown type "${type}" must be "pmem" or "blk"`);
    return -EINVAL;
  }
  if (mode !== undefined && modeOfWord(mode) === undefined) {
    session.error(`invalid mode: '${mode}'`);
    return -EINVAL;
  }
  let node: number | undefined;
  if (isGiven(numaNode)) {
    if (!/^\s*[+-]?(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(numaNode)) {
      session.error(`invalid numa_node: '${numaNode}'`);
      return -EINVAL;
    }
    node = Number(numaNode);
  }
  for (const bus of readBuses(session)) {
    if (!busMatches(bus, filters.bus) || !busHolds(bus, filters)) continue;
    visitor.bus(bus);
    for (const dimm of visitor.dimm === undefined ? [] : bus.dimms) {
      if (dimmMatches(dimm, filters.dimm) && dimmServes(dimm, filters, node)) visitor.dimm?.(dimm);
    }
    for (const region of bus.regions) walkRegion(session, region, filters, node, visitor);
  }
  return 0;
}

function walkRegion(
  session: Session,
  region: Region,
  filters: Filters,
  node: number | undefined,
  visitor: Visitor,
): void {
  const { dimm, namespace } = filters;
  if (!regionMatches(region, filters.region)) return;
  if (isGiven(dimm) && !region.dimms.some((each) => dimmMatches(each, dimm))) return;
  if (isGiven(namespace) && !region.namespaces.some((each) => namespaceMatches(each, namespace))) return;
  const { numaNode } = region;
  if (node !== undefined && numaNode === undefined && visitor.namespace === undefined) {
    session.stderr('This kernel does not provide NUMA node information per-region\n');
    return;
  }
  if (node !== undefined && numaNode !== undefined && numaNode !== node) return;
  // Block windows are gone: a region is persistent memory.
  if (filters.type === 'blk') return;
  visitor.region(region);
  if (visitor.namespace === undefined) return;
  const mode = filters.mode === undefined ? undefined : modeOfWord(filters.mode);
  for (const each of region.namespaces) {
    if (!namespaceMatches(each, namespace)) continue;
    if (mode !== undefined && each.mode !== mode) continue;
    if (node !== undefined && each.numaNode !== node) continue;
    visitor.namespace(each);
  }
}

function busHolds(bus: Bus, { dimm, region, namespace }: Filters): boolean {
  if (isGiven(dimm) && !bus.dimms.some((each) => dimmMatches(each, dimm))) return false;
  if (isGiven(region) && !bus.regions.some((each) => regionMatches(each, region))) return false;
  const holds = (each: Region): boolean => each.namespaces.some((one) => namespaceMatches(one, namespace));
  return !isGiven(namespace) || bus.regions.some(holds);
}

function dimmServes(dimm: Dimm, { region, namespace }: Filters, node: number | undefined): boolean {
  const served = dimm.bus.regions.filter((each) => each.dimms.includes(dimm));
  if (isGiven(region) && !served.some((each) => regionMatches(each, region))) return false;
  if (isGiven(namespace) && !served.some((each) => each.namespaces.some((one) => namespaceMatches(one, namespace)))) {
    return false;
  }
  return node === undefined || served.some((each) => each.numaNode === node);
}
