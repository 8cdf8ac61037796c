/** Lanes and columns against the plain definition: every byte asked one by one. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, MOST_BANDS } from '../../src/web/map/columns.ts';
import { joinRuns, Lane, type LaneRun, type LaneValue } from '../../src/web/map/lane.ts';
import { NOTHING } from '../../src/web/map/lane-paint.ts';

const values: LaneValue[] = Array.from({ length: 32 }, (_, code) => ({ label: `v${code}`, letter: 'x', paint: NOTHING }));

/** Sorted runs with gaps, as [gap, length, code]. */
const pieces = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 6 })), { maxLength: 300 });

function laneOf(list: [number, number, number][]): Lane {
  const runs: LaneRun[] = [];
  let at = 0;
  for (const [gap, length, code] of list) {
    at += gap;
    runs.push({ start: at, end: at + length, code });
    at += length;
  }
  return new Lane('x', 'x', values, joinRuns(runs));
}

function codeAt(lane: Lane, at: number): number {
  return lane.runs.find(({ start, end }) => start <= at && at < end)?.code ?? 0;
}

function naive(lane: Lane, start: number, end: number): Map<number, number> {
  const sums = new Map<number, number>();
  for (let at = start; at < end; at++) sums.set(codeAt(lane, at), (sums.get(codeAt(lane, at)) ?? 0) + 1);
  return sums;
}

test('a run is found where it lies', () =>
  fc.assert(
    fc.property(pieces, fc.nat(900), (list, at) => {
      const lane = laneOf(list);
      expect(lane.runAt(at)?.code ?? 0).toBe(codeAt(lane, at));
    }),
    { numRuns: 200 },
  ));

test('shares are the bytes of each value; of many runs, the values that occur', () =>
  fc.assert(
    fc.property(pieces, fc.nat(600), fc.integer({ min: 1, max: 900 }), (list, start, length) => {
      const lane = laneOf(list);
      const wanted = naive(lane, start, start + length);
      const { codes, bytes } = lane.shares(start, start + length);
      const inSight = lane.runs.filter((run) => run.start < start + length && run.end > start).length;
      if (inSight <= 64) expect(new Map(codes.map((code, index) => [code, bytes[index]]))).toEqual(wanted);
      // Nothing that is there is left out, and nothing is made up but the gap between runs.
      else for (const code of wanted.keys()) expect(codes).toContain(code);
      for (const code of codes) if (code !== 0) expect(wanted.has(code)).toBe(true);
    }),
    { numRuns: 200 },
  ));

test('columns hold what lies in them, and nothing within one is lost', () =>
  fc.assert(
    fc.property(pieces, fc.nat(500), fc.integer({ min: 1, max: 24 }), (list, start, perPixel) => {
      const lane = laneOf(list);
      const view = { start, perPixel, width: 24 };
      const columns = columnsOf(lane, view);
      for (let x = 0; x < view.width; x++) {
        const from = start + x * perPixel;
        const wanted = naive(lane, from, from + perPixel);
        const count = columns.counts[x]!;
        const codes = [...columns.codes.subarray(x * MOST_BANDS, x * MOST_BANDS + count)];
        for (const code of codes) expect(wanted.has(code)).toBe(true);
        expect(new Set(codes).size).toBe(count);
        expect(columns.ends[x * MOST_BANDS + count - 1]).toBe(1);
        // A run that lies within the column as a whole is drawn, as long as there is a band for it.
        const inside = lane.runs.filter((run) => run.start > from && run.end < from + perPixel);
        if (wanted.size <= MOST_BANDS) for (const run of inside) expect(codes).toContain(run.code);
      }
    }),
    { numRuns: 150 },
  ));

test('the cost of a column does not grow with what lies in it', () => {
  const runs = Array.from({ length: 400_000 }, (_, i) => ({ start: i * 4, end: i * 4 + 2, code: 1 + (i % 5) }));
  const lane = new Lane('x', 'x', values, runs);
  const started = performance.now();
  for (let i = 0; i < 20; i++) columnsOf(lane, { start: 0, perPixel: 1000, width: 1600 });
  expect((performance.now() - started) / 20).toBeLessThan(60);
});
