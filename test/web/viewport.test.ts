/** Zooming and panning: laws that hold for every viewport. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addressAt, between, clampView, columnAt, endOf, fitRange, panBy, resized, reveal, ticksOf, zoomAt, type Viewport,
} from '../../src/web/map/viewport.ts';

const space = { endBytes: 2 ** 46, pageSize: 4096 };
const view = fc
  .record({ start: fc.double({ min: 0, max: 2 ** 46, noNaN: true }), zoom: fc.double({ min: 0, max: 1, noNaN: true }), width: fc.integer({ min: 1, max: 5000 }) })
  .map(({ start, zoom, width }) => clampView({ start, perPixel: 64 * (2 ** 46 / 64 / width) ** zoom, width }, space));

function within(one: Viewport): void {
  expect(one.start).toBeGreaterThanOrEqual(0);
  expect(endOf(one)).toBeLessThanOrEqual(space.endBytes * (1 + 1e-12));
  expect(one.perPixel).toBeGreaterThanOrEqual(64);
}

test('nothing leaves the address space or goes closer than a page across 64 columns', () =>
  fc.assert(
    fc.property(view, fc.double({ min: 0.01, max: 100, noNaN: true }), fc.integer({ min: -9000, max: 9000 }), (one, factor, by) => {
      within(one);
      within(zoomAt(one, factor, one.width / 3, space));
      within(panBy(one, by, space));
      within(resized(one, 777, space));
      within(between(one, panBy(zoomAt(one, factor, 0, space), by, space), 0.5, space));
    }),
    { numRuns: 300 },
  ));

test('the address under the pointer stays under it, unless the space ends', () =>
  fc.assert(
    fc.property(view, fc.double({ min: 1, max: 30, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (one, factor, share) => {
      const x = share * one.width;
      const closer = zoomAt(one, factor, x, space);
      expect(Math.abs(columnAt(closer, addressAt(one, x)) - x)).toBeLessThan(0.01 + one.width * 1e-3);
    }),
    { numRuns: 300 },
  ));

test('a range that is fitted or revealed can be seen', () =>
  fc.assert(
    fc.property(view, fc.integer({ min: 0, max: 2 ** 30 - 64 }), fc.integer({ min: 1, max: 60 }), (one, mib, length) => {
      const [start, end] = [mib * 65536, (mib + length) * 65536];
      for (const seen of [fitRange(one.width, start, end, space), reveal(one, start, end, space)]) {
        expect(seen.start).toBeLessThanOrEqual(start + seen.perPixel);
        expect(endOf(seen)).toBeGreaterThanOrEqual(end - seen.perPixel);
      }
    }),
    { numRuns: 200 },
  ));

test('ticks are few, ascending, at powers of two', () =>
  fc.assert(
    fc.property(view, (one) => {
      const ticks = ticksOf(one, 120);
      expect(ticks.length).toBeLessThan(one.width / 10 + 10);
      for (let i = 1; i < ticks.length; i++) expect(ticks[i]!.address).toBeGreaterThan(ticks[i - 1]!.address);
      for (const { address } of ticks.filter((tick) => tick.major)) expect(Number.isInteger(address)).toBe(true);
    }),
    { numRuns: 200 },
  ));
