/** The lane of owners: the same stretches, letters and colours as the terminal's map. */

import { piecesOf } from '../../view/cell.ts';
import { describeOwner, ownerOf, type GlyphBook, type Owner } from '../../view/owner.ts';
import type { Picture, Segment } from '../../view/picture.ts';
import { spansOf } from '../../view/span.ts';
import { joinRuns, Lane, type LaneRun } from './lane.ts';
import { lanePaint } from './lane-paint.ts';
import { LaneValues } from './lane-values.ts';

/** Cost follows spans, segments and mixed sections of the picture; `unitBytes` is what the kernel hands out memory in. */
export function ownerLane(picture: Picture, book: GlyphBook, unitBytes: number): Lane {
  const values = new LaneValues('no owner');
  const runs: LaneRun[] = [];
  const add = (start: number, end: number, owner: Owner): void => {
    if (owner.kind === 'hole') return;
    const code = values.code(owner.key, () => {
      const { letter, paint } = book.glyph(owner);
      return { label: describeOwner(owner, [owner.label]), letter, paint: lanePaint(paint) };
    });
    runs.push({ start, end, code, name: owner.label });
  };
  const { sectionSizeBytes: size, segments } = picture;
  let at = 0;
  for (const span of spansOf(picture)) {
    const [start, end] = [span.first * size, (span.last + 1) * size];
    if (span.section === undefined) addSegments(segments, start, end, add);
    else if (span.owner !== undefined) add(start, end, span.owner);
    else for (const piece of piecesOf(picture, span)) add(piece.start, piece.end, piece.owner);
    at = end;
  }
  addSegments(segments, at, Infinity, add);
  return new Lane('owner', 'owner', values.all(), joinRuns(runs), unitBytes);
}

// Outside sections nothing but the resources tells who owns what.
function addSegments(
  segments: readonly Segment[],
  from: number,
  to: number,
  add: (start: number, end: number, owner: Owner) => void,
): void {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((segments[middle] as Segment).end <= from) low = middle + 1;
    else high = middle;
  }
  for (let index = low; index < segments.length; index++) {
    const segment = segments[index] as Segment;
    if (segment.start >= to) return;
    add(Math.max(from, segment.start), Math.min(to, segment.end), ownerOf(segment));
  }
}
