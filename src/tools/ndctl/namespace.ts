/** Namespaces as libndctl sees them: what it read once, and what it asks the kernel anew. */

import { EBUSY, EINVAL, ENXIO, type Errno } from '../../kernel/errno.ts';
import { type Claim, type ClaimKind, parseSizes, UUID_NULL } from './claim.ts';
import { daxHasOnlineMemory } from './dax-devices.ts';
import type { Region } from './region.ts';
import type { ScannedDevice, Session } from './session.ts';

export type NamespaceMode = 'fsdax' | 'devdax' | 'sector' | 'raw';

/** Types of namespaces. @kernel include/uapi/linux/ndctl.h: ND_DEVICE_NAMESPACE_IO, ND_DEVICE_NAMESPACE_PMEM */
export const NAMESPACE_IO = 4;
export const NAMESPACE_PMEM = 5;

/** Smallest size that counts as configured. @kernel include/uapi/linux/ndctl.h: ND_MIN_NAMESPACE_SIZE */
const MIN_NAMESPACE_SIZE = 4096;

const MODES: Readonly<Record<string, NamespaceMode>> = { memory: 'fsdax', dax: 'devdax', safe: 'sector', raw: 'raw' };
const HOLDER_CLASSES: Readonly<Record<NamespaceMode, string>> = { fsdax: 'pfn', devdax: 'dax', sector: 'btt', raw: '' };

export class Namespace {
  readonly region: Region;
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly generation: number;
  readonly type: number;
  resource: number | undefined;
  readonly numaNode: number | undefined;
  readonly targetNode: number | undefined;
  size: number;
  uuid = UUID_NULL;
  /** Absent where there is no label to hold it. */
  altName: string | undefined;
  supportedSectorSizes: readonly number[] = [];
  selectedSectorSize: number | undefined;
  #blockDevice: string | undefined;

  constructor(region: Region, device: ScannedDevice) {
    this.region = region;
    this.id = device.id;
    this.name = device.name;
    this.path = device.path;
    this.generation = region.generation;
    const { session, path } = this;
    this.type = session.number(`${path}/nstype`) ?? 0;
    this.size = session.number(`${path}/size`) ?? 0;
    this.resource = session.number(`${path}/resource`);
    const node = (attribute: string): number | undefined => {
      const text = session.read(`${path}/${attribute}`);
      return text === undefined ? undefined : Number.parseInt(text, 10);
    };
    this.numaNode = node('numa_node');
    this.targetNode = node('target_node');
    if (this.type !== NAMESPACE_PMEM) return;
    const { supported, selected } = parseSizes(session.read(`${path}/sector_size`) ?? '');
    this.supportedSectorSizes = supported;
    this.selectedSectorSize = selected;
    this.altName = session.read(`${path}/alt_name`);
    this.uuid = session.read(`${path}/uuid`) || UUID_NULL;
  }

  get session(): Session {
    return this.region.session;
  }

  #holder(kind: ClaimKind): Claim | undefined {
    const holder = this.session.read(`${this.path}/holder`);
    return holder === undefined ? undefined : this.region.claims(kind).find(({ name }) => name === holder);
  }

  get btt(): Claim | undefined {
    return this.#holder('btt');
  }
  get pfn(): Claim | undefined {
    return this.#holder('pfn');
  }
  get dax(): Claim | undefined {
    return this.#holder('dax');
  }

  /** Undefined when the kernel does not say. */
  get mode(): NamespaceMode | undefined {
    return MODES[this.session.read(`${this.path}/mode`) ?? ''];
  }

  /** The sector size its label holds; 0 where there is no choice, undefined where none is chosen. */
  get sectorSize(): number | undefined {
    return this.supportedSectorSizes.length === 0 ? 0 : this.selectedSectorSize;
  }

  get isEnabled(): boolean {
    return this.session.isBound(this.path);
  }

  /** Whether it works, by itself or through what claimed it. */
  get isActive(): boolean {
    const claims = [this.btt, this.pfn, this.dax].filter((claim) => claim !== undefined);
    return claims.length === 0 ? this.isEnabled : claims.some((claim) => claim.isEnabled);
  }

  get isConfigured(): boolean {
    if (this.type === NAMESPACE_IO) return true;
    return this.size >= MIN_NAMESPACE_SIZE && this.uuid !== UUID_NULL;
  }

  /** Whether it holds nothing and waits to be configured: `all` does not mean it. */
  get isSeed(): boolean {
    return this.size === 0 && this.uuid === UUID_NULL;
  }

  /** Whether it may be given away as new. */
  get isConfigurationIdle(): boolean {
    if (this.isActive) return false;
    return !this.isConfigured || this.type === NAMESPACE_IO;
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

  setAltName(name: string): Errno {
    if (this.altName === undefined) return 0;
    if (name.length >= 64) return -EINVAL;
    const rc = this.#set('alt_name', name);
    if (rc === 0) this.altName = name;
    return rc;
  }

  setSize(bytes: number): Errno {
    if (bytes === 0) return -EINVAL;
    if (this.isEnabled) return -EBUSY;
    return this.type === NAMESPACE_PMEM ? this.#writeSize(bytes) : -ENXIO;
  }

  #writeSize(bytes: number): Errno {
    const rc = this.#set('size', bytes === 0 ? '0\n' : `0x${bytes.toString(16)}\n`);
    if (rc !== 0) return rc;
    this.size = bytes;
    // Where it lies is settled, or lost, together with its size.
    this.resource = this.session.number(`${this.path}/resource`);
    return 0;
  }

  setSectorSize(bytes: number): Errno {
    const rc = this.#set('sector_size', `${bytes}\n`);
    if (rc === 0) this.selectedSectorSize = bytes;
    return rc;
  }

  /** Says who may claim it from now on; kernels without the attribute do not mind. */
  setEnforceMode(mode: NamespaceMode): Errno {
    return this.#set('holder_class', HOLDER_CLASSES[mode]);
  }

  setRawMode(raw: boolean): Errno {
    return this.#set('force_raw', raw ? '1\n' : '0\n');
  }

  /** 0 when it is on, 1 when it is on through what claimed it, −ENXIO when no driver takes it. */
  enable(): Errno {
    if (this.isEnabled) return 0;
    this.session.bind(this.name, this.path);
    this.region.refreshChildren();
    if (this.isEnabled) return 0;
    if ([this.btt, this.pfn, this.dax].some((claim) => claim?.isEnabled)) return 1;
    this.session.library('ndctl_namespace_enable', `${this.name}: failed to enable`);
    return -ENXIO;
  }

  disable(): Errno {
    if (!this.isEnabled) return 0;
    this.session.unbind(this.path, this.name);
    if (this.isEnabled) {
      this.session.library('ndctl_namespace_disable', `${this.name}: failed to disable`);
      return -EBUSY;
    }
    this.#blockDevice = undefined;
    return 0;
  }

  /** Takes away what claimed it, then its driver. */
  disableInvalidate(): Errno {
    const { btt, pfn, dax } = this;
    let rc: Errno = 0;
    for (const claim of [btt, pfn, dax]) if (claim !== undefined) rc = claim.delete();
    return rc === 0 ? this.disable() : rc;
  }

  /** The same, unless somebody uses it. Nothing of the model mounts or opens a block device. */
  disableSafe(): Errno {
    const { dax } = this;
    // The library says why only to those who debug it.
    if (dax?.isEnabled && daxHasOnlineMemory(this.session, dax)) return -EBUSY;
    this.disableInvalidate();
    return 0;
  }

  /** Gives its space back. Without a label there is nothing to give. */
  delete(): Errno {
    if (this.generation !== this.region.generation) return 0;
    if (this.isEnabled) return -EBUSY;
    if (this.type !== NAMESPACE_PMEM) return 0;
    const rc = this.#writeSize(0);
    // One without a label has nothing to give, and counts as deleted.
    if (rc !== 0 && rc !== -ENXIO) return rc;
    this.region.forget(this);
    return 0;
  }
}
