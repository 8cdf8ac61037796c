/** The numbers of a recognised line, and the units to measure them in. */

import type { ByteRange } from '../../kernel/units.ts';
import type { ArchConstants } from '../../kernel/profile/arch.ts';
import type { Fields } from './template.ts';

/** What addresses are measured in. */
export interface Units {
  readonly pageSize: number;
  readonly subsectionSize: number;
  readonly sectionSize: number;
  /** Undefined while nothing has told it. */
  readonly blockSize: number | undefined;
}

export function unitsOf(arch: ArchConstants, blockSize?: number): Units {
  const { pageSize, subsectionSize, sectionSizeBits } = arch;
  return { pageSize, subsectionSize, sectionSize: 2 ** sectionSizeBits, blockSize };
}

/** Fields by name; numbers beyond 2^53 are not exact and count as absent. */
export class Values {
  readonly fields: Fields;
  readonly units: Units;

  constructor(fields: Fields, units: Units) {
    this.fields = fields;
    this.units = units;
  }

  text(name: string): string {
    return this.fields[name] ?? '';
  }

  /** NaN when it is absent or not exact. */
  dec(name: string): number {
    const text = this.fields[name];
    return text === undefined ? NaN : exact(Number(text));
  }

  hex(name: string): number {
    const text = this.fields[name];
    return text === undefined ? NaN : exact(Number(text.startsWith('0x') ? text : `0x${text}`));
  }

  /**
   * The range a message is about: `start` with `size`, with an exclusive `end` or an inclusive `last`; `startPfn` with
   * an inclusive `lastPfn`.
   */
  range(): ByteRange | undefined {
    const { pageSize } = this.units;
    const start = 'startPfn' in this.fields ? this.hex('startPfn') * pageSize : this.hex('start');
    const ends = [
      start + this.hex('size'),
      this.hex('end'),
      this.hex('last') + 1,
      (this.hex('lastPfn') + 1) * pageSize,
      start + this.dec('nrPages') * pageSize,
    ];
    const end = ends.find((one) => !Number.isNaN(one));
    if (Number.isNaN(start) || end === undefined || end <= start || !Number.isSafeInteger(end)) return undefined;
    return { start, end };
  }
}

function exact(value: number): number {
  return Number.isSafeInteger(value) ? value : NaN;
}

const UNITS: readonly (readonly [number, string])[] = [
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
];

/** A size in the largest unit that keeps it exact: `192 MiB`, `4 KiB`, `100 bytes`. */
export function sizeText(bytes: number): string {
  if (Number.isNaN(bytes)) return 'an unknown size';
  for (const [unit, name] of UNITS) if (bytes !== 0 && bytes % unit === 0) return `${bytes / unit} ${name}`;
  return `${bytes} bytes`;
}
