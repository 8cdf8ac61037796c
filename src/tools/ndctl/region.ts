/** Regions, DIMMs and buses as libndctl sees them. */

import { EBUSY, ENXIO, type Errno } from '../../kernel/errno.ts';
import { Claim, type ClaimKind } from './claim.ts';
import { Namespace, NAMESPACE_PMEM } from './namespace.ts';
import type { Bus } from './bus.ts';
import type { Dimm } from './dimm.ts';
import type { ScannedDevice, Session } from './session.ts';

export interface Mapping {
  readonly dimm: Dimm;
  readonly offset: number;
  readonly length: number;
  /** Absent on kernels that do not say. */
  readonly position: number | undefined;
}

export class Region {
  readonly session: Session;
  readonly bus: Bus;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mappingCount: number;
  readonly readOnly: boolean;
  nstype = 0;
  /** Of labelled regions. */
  cookie: bigint | undefined;
  /** Counts how often it was disabled: what was known of its children before no longer holds. */
  generation = 0;
  #namespaces: Namespace[] = [];
  readonly #claims: Record<ClaimKind, Claim[]> = { pfn: [], dax: [], btt: [] };
  /** What was looked up and not invalidated since. */
  readonly #known = new Set<'namespace' | ClaimKind>();
  #mappings: Mapping[] | undefined;
  #typeIsStale = false;

  constructor(bus: Bus, device: ScannedDevice) {
    this.bus = bus;
    this.session = bus.session;
    this.id = device.id;
    this.name = device.name;
    this.path = device.path;
    this.size = this.number('size') ?? 0;
    this.mappingCount = this.number('mappings') ?? 0;
    this.readOnly = this.number('read_only') === 1;
    this.#readType();
  }

  #readType(): void {
    this.nstype = this.number('nstype') ?? 0;
    const cookie = this.nstype === NAMESPACE_PMEM ? this.read('set_cookie') : undefined;
    this.cookie = cookie !== undefined && /^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(cookie) ? BigInt(cookie) : undefined;
  }

  read(attribute: string): string | undefined {
    return this.session.read(`${this.path}/${attribute}`);
  }

  number(attribute: string): number | undefined {
    return this.session.number(`${this.path}/${attribute}`);
  }

  /** Labels changed on one of its DIMMs: what kind of namespaces it has is asked when it is enabled. */
  flagRefresh(): void {
    this.#typeIsStale = true;
  }

  get isEnabled(): boolean {
    return this.session.isBound(this.path);
  }

  get align(): number | undefined {
    return this.number('align');
  }

  get resource(): number | undefined {
    return this.number('resource');
  }

  /** 0 for regions without labels. */
  get availableSize(): number | undefined {
    return this.nstype === NAMESPACE_PMEM ? this.number('available_size') : 0;
  }

  /** 0 for regions without labels; undefined on kernels that do not say. */
  get maxAvailableExtent(): number | undefined {
    return this.nstype === NAMESPACE_PMEM ? this.number('max_available_extent') : 0;
  }

  get interleaveWays(): number {
    return Math.max(1, this.mappingCount);
  }

  #node(attribute: string): number | undefined {
    const text = this.read(attribute);
    return text === undefined ? undefined : Number.parseInt(text, 10);
  }

  get numaNode(): number | undefined {
    return this.#node('numa_node');
  }

  get targetNode(): number | undefined {
    return this.#node('target_node');
  }

  /** The last one first: libndctl puts what it finds in front. */
  get mappings(): readonly Mapping[] {
    if (this.#mappings !== undefined) return this.#mappings;
    const found: Mapping[] = [];
    for (let i = 0; i < this.mappingCount; i++) {
      const match = /^nmem([0-9]+),([0-9]+),([0-9]+)(?:,([0-9]+))?/.exec(this.read(`mapping${i}`) ?? '');
      const dimm = match === null ? undefined : this.bus.dimms.find(({ id }) => id === Number(match[1]));
      if (match === null || dimm === undefined) continue;
      const position = match[4] === undefined ? undefined : Number(match[4]);
      found.unshift({ dimm, offset: Number(match[2]), length: Number(match[3]), position });
    }
    this.#mappings = found;
    return found;
  }

  /** DIMMs it lies on, in the bus's order. */
  get dimms(): readonly Dimm[] {
    return this.bus.dimms.filter((dimm) => this.mappings.some((mapping) => mapping.dimm === dimm));
  }

  /** Namespaces, newest find first. */
  get namespaces(): readonly Namespace[] {
    if (!this.#known.has('namespace')) {
      this.#known.add('namespace');
      for (const device of this.session.scan(this.path, `namespace${this.id}.`)) {
        if (!this.#namespaces.some(({ id }) => id === device.id)) this.#namespaces.unshift(new Namespace(this, device));
      }
    }
    return this.#namespaces;
  }

  claims(kind: ClaimKind): readonly Claim[] {
    const list = this.#claims[kind];
    if (!this.#known.has(kind)) {
      this.#known.add(kind);
      for (const device of this.session.scan(this.path, `${kind}${this.id}.`)) {
        const fresh = new Claim(kind, this, device);
        const old = list.find(({ id }) => id === fresh.id);
        // Of a device it knows it takes only what the kernel computed.
        if (old === undefined) list.unshift(fresh);
        else Object.assign(old, { resource: fresh.resource, size: fresh.size });
      }
    }
    return list;
  }

  /** Looks at all children again. */
  refreshChildren(): void {
    this.#known.clear();
    void this.namespaces;
    for (const kind of ['btt', 'pfn', 'dax'] as const) this.claims(kind);
  }

  /** Drops a child and looks again when its kind is asked for. */
  forget(child: Namespace | Claim): void {
    if (child instanceof Namespace) {
      this.#namespaces = this.#namespaces.filter((each) => each !== child);
      this.#known.delete('namespace');
    } else {
      this.#claims[child.kind] = this.#claims[child.kind].filter((each) => each !== child);
      this.#known.delete(child.kind);
    }
  }

  #seed<T extends { name: string }>(kind: string, among: () => readonly T[]): T | undefined {
    const seed = this.read(`${kind}_seed`);
    return seed === undefined ? undefined : among().find(({ name }) => name === seed);
  }

  get namespaceSeed(): Namespace | undefined {
    return this.#seed('namespace', () => this.namespaces);
  }

  claimSeed(kind: ClaimKind): Claim | undefined {
    return this.#seed(kind, () => this.claims(kind));
  }

  enable(): Errno {
    if (this.isEnabled) return 0;
    this.session.bind(this.name, this.path);
    if (!this.isEnabled) {
      this.session.library('ndctl_region_enable', `${this.name}: failed to enable`);
      return -ENXIO;
    }
    if (this.#typeIsStale) this.#readType();
    this.#typeIsStale = false;
    return 0;
  }

  disableInvalidate(): Errno {
    if (!this.isEnabled) return 0;
    this.session.unbind(this.path, this.name);
    if (this.isEnabled) {
      this.session.library('ndctl_region_disable', `${this.name}: failed to disable`);
      return -EBUSY;
    }
    this.#known.clear();
    this.#namespaces = [];
    for (const kind of ['btt', 'pfn', 'dax'] as const) this.#claims[kind] = [];
    this.generation++;
    return 0;
  }
}

/** Walks a list whose members may leave it on the way: the next one is settled before the present one is handled. */
export function* walkSafely<T>(list: () => readonly T[]): Generator<T, void, undefined> {
  let current = list()[0];
  while (current !== undefined) {
    const now = list();
    const next = now[now.indexOf(current) + 1];
    yield current;
    current = next;
  }
}
