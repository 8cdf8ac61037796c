/** What a namespace is to become: the request checked against its region. */

import { EAGAIN, EINVAL, ENODEV, ENXIO, type Errno } from '../../kernel/errno.ts';
import { nextUuid } from '../../drivers/random.ts';
import type { Claim } from './claim.ts';
import { modeOfWord } from './filter.ts';
import { type Namespace, NAMESPACE_IO, type NamespaceMode } from './namespace.ts';
import { type NamespaceRequest, PAGE_SIZE } from './namespace-options.ts';
import type { Region } from './region.ts';
import type { Session } from './session.ts';
import { parseSize64 } from './size.ts';

const MiB = 2 ** 20;
/** Smallest namespace anything may claim; ndctl asks for it before the kernel does. */
const MIN_CLAIMED_SIZE = 16 * MiB;

/** Sector sizes of a kernel that lets none be chosen. */
export const NO_SECTOR_SIZES = 'none';

export interface NamespaceParameters {
  readonly size: number;
  readonly uuid: string;
  readonly name: string;
  readonly mode: NamespaceMode | undefined;
  readonly location: 'ram' | 'pmem' | 'none';
  readonly align: number;
  readonly sectorSize: number | typeof NO_SECTOR_SIZES | undefined;
}

/** A refusal: complaints were made already. */
class Refused {
  readonly errno: Errno;
  constructor(errno: Errno) {
    this.errno = errno;
  }
}

/** Whether the mode takes a pfn device: unless the namespace is memory all by itself and stays so. */
export function takesPfn(namespace: Namespace | undefined, mode: NamespaceMode | undefined, location: string): boolean {
  return mode === 'fsdax' && (namespace === undefined || namespace.mode !== 'fsdax' || location === 'pmem');
}

/** Checks a request against a region; `namespace` is what is configured anew. −EAGAIN: another region may do. */
export function validateNamespaceOptions(
  session: Session,
  request: NamespaceRequest,
  region: Region,
  namespace: Namespace | undefined,
): NamespaceParameters | Errno {
  try {
    return new Validation(session, request, region, namespace).run();
  } catch (refused) {
    if (refused instanceof Refused) return refused.errno;
    throw refused;
  }
}

class Validation {
  readonly session: Session;
  readonly request: NamespaceRequest;
  readonly region: Region;
  readonly namespace: Namespace | undefined;

  constructor(session: Session, request: NamespaceRequest, region: Region, namespace: Namespace | undefined) {
    this.session = session;
    this.request = request;
    this.region = region;
    this.namespace = namespace;
  }

  run(): NamespaceParameters {
    const { session, request, region, namespace } = this;
    if (!region.isEnabled) throw new Refused(-EAGAIN);
    const typed = request.size === undefined ? undefined : parseSize64(request.size);
    const size = this.#size(typed?.bytes ?? namespace?.size);
    if (region.nstype === NAMESPACE_IO && size !== region.size) {
      session.error('Legacy / label-less namespaces do not support sub-dividing a region');
      session.error('Retry without -s/--size=');
      throw new Refused(-EINVAL);
    }
    const uuid = request.uuid?.toLowerCase() ?? nextUuid(session.context.machine);
    const name = request.name ?? namespace?.altName ?? '';
    if (name.length >= 64) this.#refuse('validate_namespace_options: alt name overflow', -EINVAL);
    let mode = request.mode === undefined ? namespace?.mode : modeOfWord(request.mode);
    const pfn = mode === 'fsdax' ? region.claimSeed('pfn') : undefined;
    const dax = mode === 'devdax' ? region.claimSeed('dax') : undefined;
    if (mode === 'fsdax' && pfn === undefined && request.modeIsDefault && namespace === undefined) {
      session.complain(`${region.name} fsdax mode not available`);
      mode = 'raw';
    }
    if (mode === 'devdax' && dax === undefined) {
      session.error('Kernel does not support devdax mode');
      throw new Refused(-ENODEV);
    }
    const align = request.align === undefined ? this.#defaultAlign(mode, pfn, dax) : this.#typedAlign(mode, pfn, dax);
    this.#checkSize(size, align, mode, typed?.unit ?? 1);
    const sectorSize = this.#sectorSize(mode);
    const location = this.#location(mode);
    if (pfn === undefined && takesPfn(namespace, mode, location)) {
      session.error(`operation failed, ${region.name} cannot support requested mode`);
      throw new Refused(-EINVAL);
    }
    return { size, uuid, name, mode, location, align, sectorSize };
  }

  #refuse(message: string, errno: Errno): never {
    this.session.complain(message);
    throw new Refused(errno);
  }

  /** The size asked for or there already; a new namespace takes all there is unless told otherwise. */
  #size(asked: number | undefined): number {
    const { region, namespace } = this;
    if (namespace !== undefined) return asked ?? 0;
    const available =
      region.nstype === NAMESPACE_IO ? region.size : (region.maxAvailableExtent ?? region.availableSize ?? 0);
    if (available === 0 || (asked ?? 0) > available) throw new Refused(-EAGAIN);
    return asked === undefined || asked === 0 ? available : asked;
  }

  #typedAlign(mode: NamespaceMode | undefined, pfn: Claim | undefined, dax: Claim | undefined): number {
    const { session, request } = this;
    const seed = mode === 'fsdax' ? pfn : dax;
    if (mode === 'fsdax' && pfn === undefined) {
      session.error('Kernel does not support setting an alignment in fsdax mode');
      throw new Refused(-EINVAL);
    }
    if (mode !== 'fsdax' && mode !== 'devdax') {
      session.error(`${mode ?? 'unknown'} mode does not support setting an alignment`);
      throw new Refused(-ENXIO);
    }
    const align = parseSize64(request.align ?? '')?.bytes ?? 0;
    if (seed === undefined || !seed.supportedAlignments.includes(align)) {
      session.error(`unsupported align: ${request.align ?? ''}`);
      throw new Refused(-ENXIO);
    }
    return align;
  }

  /** What it has, when the mode stays; else what the kernel proposes; pages where the region's start has no better. */
  #defaultAlign(mode: NamespaceMode | undefined, pfn: Claim | undefined, dax: Claim | undefined): number {
    const { namespace, region } = this;
    let align = PAGE_SIZE;
    if (namespace !== undefined && mode === namespace.mode) {
      align = (namespace.pfn ?? namespace.dax)?.align ?? PAGE_SIZE;
    } else if (mode === 'fsdax') {
      align = pfn?.hasAlign ? pfn.align : 2 * MiB;
    } else if (mode === 'devdax') {
      align = dax?.align ?? PAGE_SIZE;
    }
    const { resource } = region;
    return resource !== undefined && align !== 0 && resource % align !== 0 ? PAGE_SIZE : align;
  }

  #checkSize(size: number, align: number, mode: NamespaceMode | undefined, unit: number): void {
    const { session, region, request } = this;
    const regionAlign = region.align;
    if (regionAlign !== undefined && regionAlign > 0 && size % regionAlign !== 0) {
      const [wanted, got] = [regionAlign.toString(16), size.toString(16)];
      this.#refuse(`${region.name}: align setting is 0x${wanted} size 0x${got} is misaligned`, -EINVAL);
    }
    const ways = region.interleaveWays;
    if (size % (align * ways) !== 0) {
      const step = Math.max(unit, align) * ways;
      const proposal = ((Math.floor(size / step) + 1) * step) / unit;
      const suffix = { [2 ** 10]: 'K', [2 ** 20]: 'M', [2 ** 30]: 'G', [2 ** 40]: 'T' }[unit] ?? '';
      this.#refuse(
        `'--size=' must align to interleave-width: ${ways} and alignment: ${align}\n` +
          `did you intend --size=${Math.floor(proposal)}${suffix}?`,
        -EINVAL,
      );
    }
    if (size >= MIN_CLAIMED_SIZE || mode === 'raw') return;
    if (this.namespace === undefined && request.size === undefined) throw new Refused(-EAGAIN);
    session.error(`'--size=' must be >= 16MiB for '${mode ?? 'unknown'}' mode`);
    throw new Refused(-EINVAL);
  }

  #sectorSize(mode: NamespaceMode | undefined): NamespaceParameters['sectorSize'] {
    const { request, region, namespace } = this;
    if (request.sectorSize !== undefined) {
      const bytes = parseSize64(request.sectorSize)?.bytes ?? 0;
      if (mode === 'sector') {
        const btt = region.claimSeed('btt');
        if (btt === undefined) this.#refuse(`${region.name}: does not support 'sector' mode`, -EINVAL);
        if (!btt.supportedSectorSizes.includes(bytes)) {
          this.#refuse(`${region.name}: does not support btt sector_size ${bytes}`, -EINVAL);
        }
      } else if (!this.#seed().supportedSectorSizes.includes(bytes)) {
        this.#refuse(`${region.name}: does not support namespace sector_size ${bytes}`, -EINVAL);
      }
      return bytes;
    }
    if (namespace === undefined) return this.#seed().supportedSectorSizes.length === 0 ? NO_SECTOR_SIZES : 512;
    const { btt } = namespace;
    return btt !== undefined && mode === 'sector' ? btt.sectorSize : namespace.sectorSize;
  }

  /** The namespace, or the one that would become it. */
  #seed(): Namespace {
    const seed = this.namespace ?? this.region.namespaceSeed;
    if (seed === undefined) this.#refuse(`${this.region.name}: failed to get seed`, -ENXIO);
    return seed;
  }

  #location(mode: NamespaceMode | undefined): NamespaceParameters['location'] {
    const { request, namespace } = this;
    const isDax = mode === 'fsdax' || mode === 'devdax';
    if (request.map === undefined) return isDax ? 'pmem' : 'none';
    if (namespace !== undefined && !isDax) {
      this.#refuse(`${namespace.name}: --map= only valid for fsdax mode namespace`, -EINVAL);
    }
    return request.map === 'mem' ? 'ram' : 'pmem';
  }
}
