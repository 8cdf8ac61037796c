/** Owners as the map tells them apart: a letter, a colour and a line of the legend for each. */

import {
  BLUE, DARK, DEVICE_PAINTS, GREEN, GREY, MIXED, SKY, TEAL, WARNING, hollow, type Paint,
} from './palette.ts';
import { isRam, type OwnerKind, type Picture, type Segment } from './picture.ts';

/** What a cell can hold: an owner, or one of three states of a stretch that its owner does not explain. */
export type CellKind =
  | OwnerKind
  | 'hole' // no owner, sub-section bit clear
  | 'unowned' // a whole sub-section without owner whose bit is set
  | 'unbacked'; // System RAM or a mapped device whose sub-section bit is clear

export interface Owner {
  /** Equal for stretches the map draws alike. */
  readonly key: string;
  readonly kind: CellKind;
  readonly label: string;
  readonly online: boolean | undefined;
}

export interface Glyph {
  readonly letter: string;
  readonly paint: Paint;
}

export const HOLE: Owner = { key: 'hole', kind: 'hole', label: 'hole', online: undefined };
export const UNOWNED: Owner = { key: 'unowned', kind: 'unowned', label: 'bit set, no owner', online: undefined };
export const UNBACKED: Owner = { key: 'unbacked', kind: 'unbacked', label: 'owner, but bit clear', online: undefined };

/** The letter of a cell that several owners share. */
export const MIXED_GLYPH: Glyph = { letter: '*', paint: MIXED };

const FIXED: Readonly<Record<Exclude<CellKind, 'device' | 'claimed'>, Glyph>> = {
  ram: { letter: 'R', paint: BLUE },
  'ram-early': { letter: 'R', paint: BLUE },
  'ram-hotplug': { letter: 'H', paint: SKY },
  kmem: { letter: 'K', paint: GREEN },
  'virtio-mem': { letter: 'V', paint: TEAL },
  unmapped: { letter: 'u', paint: { fg: 179, bg: 235, hollow: true } },
  reserved: { letter: '#', paint: GREY },
  mmio: { letter: '~', paint: DARK },
  hole: { letter: '.', paint: DARK },
  unowned: { letter: '?', paint: WARNING },
  unbacked: { letter: '!', paint: WARNING },
};

// Devices take what the fixed letters leave; in lower case while no pgmap maps them.
const DEVICE_LETTERS = [...'ABCDEFGIJLMNOPQSTWXYZ'];

// Stand for all devices that come after.
const OTHER_PAINT = DEVICE_PAINTS[DEVICE_PAINTS.length - 1] as Paint;
const OTHER_DEVICE: Glyph = { letter: '+', paint: OTHER_PAINT };
const OTHER_CLAIMED: Glyph = { letter: '=', paint: hollow(OTHER_PAINT) };

export function ownerOf(segment: Segment): Owner {
  const { kind, label } = segment;
  if (kind === 'device' || kind === 'claimed') return { key: `${kind} ${label}`, kind, label, online: undefined };
  if (isRam(kind)) return { key: `${kind} ${segment.online ?? ''}`, kind, label, online: segment.online };
  return { key: kind, kind, label, online: undefined };
}

/** Hands out the same letter and colour for an owner in every picture it was made for. */
export class GlyphBook {
  // By label.
  readonly #devices = new Map<string, Glyph>();

  /** Devices are lettered in address order; cost follows the number of segments. */
  constructor(pictures: readonly Picture[]) {
    const firstSeen = new Map<string, number>();
    for (const { segments } of pictures) {
      // Segments are sorted, so the lowest devices of all are among the lowest of each.
      const own = new Set<string>();
      for (const segment of segments) {
        const { kind, label, start } = segment;
        if (kind !== 'device' && kind !== 'claimed') continue;
        firstSeen.set(label, Math.min(firstSeen.get(label) ?? Infinity, start));
        if (own.add(label).size > DEVICE_LETTERS.length) break;
      }
    }
    const inOrder = [...firstSeen].sort((a, b) => a[1] - b[1]);
    inOrder.slice(0, DEVICE_LETTERS.length).forEach(([label], index) => {
      const letter = DEVICE_LETTERS[index] as string;
      this.#devices.set(label, { letter, paint: DEVICE_PAINTS[index % DEVICE_PAINTS.length] as Paint });
    });
  }

  glyph(owner: Owner): Glyph {
    if (owner.kind === 'device') return this.#devices.get(owner.label) ?? OTHER_DEVICE;
    if (owner.kind === 'claimed') {
      const mapped = this.#devices.get(owner.label);
      return mapped === undefined ? OTHER_CLAIMED : { letter: mapped.letter.toLowerCase(), paint: hollow(mapped.paint) };
    }
    const fixed = FIXED[owner.kind];
    if (owner.online !== false) return fixed;
    return { letter: fixed.letter.toLowerCase(), paint: hollow(fixed.paint) };
  }
}

/** What the legend says about an owner; `labels` are the names drawn alike. */
export function describeOwner(owner: Owner, labels: readonly string[]): string {
  const names = labels.length > 3 ? `${labels.slice(0, 3).join(', ')}, ...` : labels.join(', ');
  const state = owner.online === undefined ? '' : owner.online ? ', online' : ', offline';
  switch (owner.kind) {
    case 'ram':
      return `System RAM${state}`;
    case 'ram-early':
      return `System RAM from boot${state}`;
    case 'ram-hotplug':
      return `System RAM added later${state}`;
    case 'kmem':
    case 'virtio-mem':
      return `${names}${state}`;
    case 'claimed':
      return `${names}: claimed, but no pgmap`;
    case 'unmapped':
      return `${names}: idle, no driver maps it`;
    case 'reserved':
    case 'mmio':
    case 'device':
      return names;
    case 'hole':
      return 'hole: no owner';
    case 'unowned':
      return 'sub-section bit set, but no owner';
    case 'unbacked':
      return 'owner, but sub-section bit clear';
  }
}
