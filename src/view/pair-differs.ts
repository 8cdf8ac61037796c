/** Whether two spans of a pair look different. */

import { cellsOf } from './cell.ts';
import type { Picture } from './picture.ts';
import type { SpanPair } from './span-pair.ts';

/** Compares flags, sub-section bits, block and owners. */
export function pairDiffers({ before, after }: SpanPair, was: Picture, is: Picture): boolean {
  if (before.section === undefined || after.section === undefined) return before.section !== after.section;
  if (before.section.flags !== after.section.flags) return true;
  const words = after.section.subsections;
  if (before.section.subsections?.some((word, index) => word !== words?.[index]) === true) return true;
  const [old, now] = [before.block, after.block];
  if (old?.state !== now?.state || old?.zones !== now?.zones || old?.node !== now?.node) return true;
  if (before.owner !== undefined && after.owner !== undefined) return before.owner.key !== after.owner.key;
  const count = Math.floor(was.sectionSizeBytes / was.subsectionSizeBytes);
  const cells = cellsOf(is, after, count);
  return cellsOf(was, before, count).some((cell, index) => cell.key !== cells[index]?.key);
}
