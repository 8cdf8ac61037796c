/** An account of a machine's memory: every byte of every device under one heading, so that it balances. */

import { RangeMap } from '../../kernel/range-map.ts';
import { overlaps, type ByteRange } from '../../kernel/units.ts';
import { addTotals, bytesOf, USES, type Use, type UseTotals } from './use.ts';

/** What a range is, and whose. Later fills lie on top of earlier ones. */
export interface Fill extends ByteRange {
  readonly use: Use;
  /** Who: a namespace, a dax device, a driver. */
  readonly owner: string;
}

/** Bytes that have no place of their own: taken out of one heading and put under another. */
export interface Charge {
  readonly from: Use;
  readonly use: Use;
  readonly bytes: number;
  readonly owner: string;
}

/** Bytes of a device that the address map does not show (a label area). */
export interface Extra {
  readonly use: Use;
  readonly bytes: number;
  readonly owner: string;
}

export type DeviceKind = 'ram' | 'dimm' | 'nvdimm' | 'soft-reserved' | 'cxl' | 'virtio-mem' | 'dax';

/** A device before it is accounted for. */
export interface DeviceSpec {
  readonly name: string;
  readonly kind: DeviceKind;
  /** Ascending and disjoint. */
  readonly ranges: readonly ByteRange[];
  /** What is not filled. */
  readonly otherwise: Use;
  readonly charges?: readonly Charge[];
  readonly extras?: readonly Extra[];
}

export interface Line {
  readonly use: Use;
  readonly owner: string;
  readonly bytes: number;
  /** Where, ascending; empty for what has no place. */
  readonly ranges: readonly ByteRange[];
}

/** The account of one device, or of System RAM. */
export interface DeviceAccount {
  readonly name: string;
  readonly kind: DeviceKind;
  readonly ranges: readonly ByteRange[];
  /** All of it: the sum of the totals, exactly. */
  readonly sizeBytes: number;
  readonly totals: UseTotals;
  /** One for each use and owner, in order of appearance. */
  readonly lines: readonly Line[];
}

/** What a machine’s memory is used for and lost to, device by device; it balances to the byte. */
export interface Account {
  readonly kernel: string;
  readonly arch: string;
  readonly blockSizeBytes: number | undefined;
  readonly devices: readonly DeviceAccount[];
  readonly totals: UseTotals;
  readonly sizeBytes: number;
}

/** Puts every device's bytes under headings; fills outside of all devices count nowhere. */
export function accountOf(
  about: Pick<Account, 'kernel' | 'arch' | 'blockSizeBytes'>,
  specs: readonly DeviceSpec[],
  fills: readonly Fill[],
): Account {
  const devices = specs.map((spec) => deviceAccount(spec, fills));
  const totals = addTotals(devices.map((device) => device.totals));
  return { ...about, devices, totals, sizeBytes: devices.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
}

function deviceAccount(spec: DeviceSpec, fills: readonly Fill[]): DeviceAccount {
  const lines = new Map<string, { use: Use; owner: string; bytes: number; ranges: ByteRange[] }>();
  const line = (use: Use, owner: string): { bytes: number; ranges: ByteRange[] } => {
    const key = `${use}\n${owner}`;
    const known = lines.get(key);
    if (known !== undefined) return known;
    const fresh = { use, owner, bytes: 0, ranges: [] };
    lines.set(key, fresh);
    return fresh;
  };
  for (const range of spec.ranges) {
    for (const { start, end, value } of painted(range, spec, fills).entries) {
      const to = line(value.use, value.owner);
      to.bytes += end - start;
      to.ranges.push({ start, end });
    }
  }
  for (const { use, bytes, owner } of spec.extras ?? []) if (bytes > 0) line(use, owner).bytes += bytes;
  for (const charge of spec.charges ?? []) {
    let left = charge.bytes;
    // Taken where it is there; what is not there cannot be charged.
    for (const from of lines.values()) {
      if (from.use !== charge.from || left <= 0) continue;
      const taken = Math.min(left, from.bytes);
      from.bytes -= taken;
      left -= taken;
    }
    if (charge.bytes > left) line(charge.use, charge.owner).bytes += charge.bytes - left;
  }
  const kept = [...lines.values()].filter(({ bytes }) => bytes > 0);
  const totals: Partial<Record<Use, number>> = {};
  for (const use of USES) {
    const bytes = kept.reduce((sum, each) => sum + (each.use === use ? each.bytes : 0), 0);
    if (bytes > 0) totals[use] = bytes;
  }
  const { name, kind, ranges } = spec;
  const inRanges = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  const sizeBytes = inRanges + (spec.extras ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  return { name, kind, ranges, sizeBytes, totals, lines: kept };
}

interface Paint {
  readonly use: Use;
  readonly owner: string;
}

function painted(range: ByteRange, { name, otherwise }: DeviceSpec, fills: readonly Fill[]): RangeMap<Paint> {
  let map = new RangeMap<Paint>().set(range.start, range.end, { use: otherwise, owner: name });
  for (const fill of fills) {
    if (!overlaps(fill.start, fill.end, range.start, range.end)) continue;
    map = map.set(Math.max(fill.start, range.start), Math.min(fill.end, range.end), { use: fill.use, owner: fill.owner });
  }
  return map;
}

/** Lost bytes of an account. */
export function lostBytes({ totals }: Pick<Account, 'totals'>): number {
  return bytesOf(totals, 'lost');
}
