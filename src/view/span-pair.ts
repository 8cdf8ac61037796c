/** Lays the spans of two pictures over each other. */

import type { Picture } from './picture.ts';
import { spansOf, type Span } from './span.ts';

/** The same sections in both pictures. */
export interface SpanPair {
  readonly before: Span;
  readonly after: Span;
}

/** Pairs of equal extent from the first to the last section present in either. Cost follows the spans of both. */
export function* pairsOf(before: Picture, after: Picture, from = 0, to = Infinity): Generator<SpanPair> {
  const old = padded(before, from, to);
  const fresh = padded(after, from, to);
  const end = Math.min(to, Math.max(endOf(before), endOf(after)));
  let a = old.next().value;
  let b = fresh.next().value;
  for (let at = from; at < end; ) {
    const last = Math.min(a.last, b.last, end - 1);
    yield { before: { ...a, first: at, last }, after: { ...b, first: at, last } };
    at = last + 1;
    if (a.last < at) a = old.next().value;
    if (b.last < at) b = fresh.next().value;
  }
}

function endOf(picture: Picture): number {
  return (picture.sections[picture.sections.length - 1]?.last ?? -1) + 1;
}

// The spans, and then absence without end.
function* padded(picture: Picture, from: number, to: number): Generator<Span, never> {
  let at = from;
  let segment = 0;
  for (const span of spansOf(picture, from, to)) {
    yield span;
    at = span.last + 1;
    segment = span.segment;
  }
  for (;;) yield { first: at, last: Infinity, section: undefined, block: undefined, owner: undefined, segment };
}
