/** pfn, dax and btt devices as libndctl sees them: configured through attributes, bound by name. */

import { ENXIO, type Errno } from '../../kernel/errno.ts';
import type { Namespace } from './namespace.ts';
import type { Region } from './region.ts';
import { numberAtStart, type ScannedDevice, type Session } from './session.ts';

export type ClaimKind = 'pfn' | 'dax' | 'btt';

/** Where the memmap lies, in the kernel's words. */
export type MapLocation = 'none' | 'ram' | 'pmem';

export const UUID_NULL = '00000000-0000-0000-0000-000000000000';

/** A list of sizes, the chosen one in brackets; a last word without a blank behind it does not count. */
export function parseSizes(text: string): { supported: number[]; selected: number | undefined } {
  const supported: number[] = [];
  let selected: number | undefined;
  for (const word of text.split(' ').slice(0, -1)) {
    const match = /^(\[?)([0-9]+)/.exec(word);
    if (match === null) break;
    if (match[1] === '[') selected = Number(match[2]);
    supported.push(Number(match[2]));
  }
  return { supported, selected };
}

/** What libndctl remembers of a device from when it first looked. */
export class Claim {
  readonly kind: ClaimKind;
  readonly region: Region;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly generation: number;
  uuid = UUID_NULL;
  /** Of pfn and dax. */
  location: MapLocation = 'none';
  align = 0;
  supportedAlignments: readonly number[] = [];
  resource: number | undefined;
  size: number | undefined;
  /** Of btt. */
  sectorSize: number | undefined;
  supportedSectorSizes: readonly number[] = [];
  #blockDevice: string | undefined;

  constructor(kind: ClaimKind, region: Region, device: ScannedDevice) {
    this.kind = kind;
    this.region = region;
    this.id = device.id;
    this.name = device.name;
    this.path = device.path;
    this.generation = region.generation;
    const { session } = this;
    const read = (attribute: string): string | undefined => session.read(`${this.path}/${attribute}`);
    this.uuid = read('uuid') || UUID_NULL;
    this.size = session.number(`${this.path}/size`);
    if (kind === 'btt') {
      const { supported, selected } = parseSizes(read('sector_size') ?? '');
      this.supportedSectorSizes = supported;
      this.sectorSize = selected;
      return;
    }
    this.location = (read('mode') ?? 'none') as MapLocation;
    this.align = session.number(`${this.path}/align`) ?? 0;
    this.resource = session.number(`${this.path}/resource`);
    // Kernels before this attribute are taken at the one alignment they name.
    const alignments = read('supported_alignments');
    const own = this.align === 0 ? [] : [this.align];
    const words = alignments?.split(/\s+/).filter((word) => word !== '');
    this.supportedAlignments = words === undefined ? own : words.map(numberAtStart);
  }

  get session(): Session {
    return this.region.session;
  }

  get isEnabled(): boolean {
    return this.session.isBound(this.path);
  }

  get blockDevice(): string {
    this.#blockDevice ??= this.session.blockDevice(this.path);
    return this.#blockDevice ?? '';
  }

  #set(attribute: string, text: string): Errno {
    return this.session.write(`${this.path}/${attribute}`, text);
  }

  setUuid(uuid: string): Errno {
    const rc = this.#set('uuid', uuid);
    if (rc === 0) this.uuid = uuid;
    return rc;
  }

  setLocation(location: MapLocation): Errno {
    const rc = this.#set('mode', location);
    if (rc === 0) this.location = location;
    return rc;
  }

  get hasAlign(): boolean {
    return this.session.files.kind(`${this.path}/align`) !== undefined;
  }

  setAlign(align: number): Errno {
    const rc = this.#set('align', `${align}\n`);
    if (rc === 0) this.align = align;
    return rc;
  }

  setSectorSize(bytes: number): Errno {
    const rc = this.#set('sector_size', `${bytes}\n`);
    if (rc === 0) this.sectorSize = bytes;
    return rc;
  }

  /** Claims a namespace, or lets go of it. */
  setNamespace(namespace: Namespace | undefined): Errno {
    return this.#set('namespace', namespace === undefined ? '\n' : namespace.name);
  }

  /** Binds the device; −ENXIO when no driver takes it, whatever the kernel's reason. */
  enable(): Errno {
    if (this.isEnabled) return 0;
    this.session.bind(this.name, this.path);
    if (!this.isEnabled) {
      this.session.library(`ndctl_${this.kind}_enable`, `${this.name}: failed to enable`);
      return -ENXIO;
    }
    this.region.refreshChildren();
    return 0;
  }

  /** Takes the driver off and lets go of the namespace. */
  delete(): Errno {
    if (this.generation !== this.region.generation) return 0;
    this.session.unbind(this.path, this.name);
    const rc = this.setNamespace(undefined);
    if (rc === 0) this.region.forget(this);
    return rc;
  }
}
